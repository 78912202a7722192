import { invalidArgument } from './s3-error.ts'

const headerByParameter: Readonly<Record<string, string>> = {
  'response-cache-control': 'cache-control',
  'response-content-disposition': 'content-disposition',
  'response-content-encoding': 'content-encoding',
  'response-content-language': 'content-language',
  'response-content-type': 'content-type',
  'response-expires': 'expires',
}

export const overrideParameters: readonly string[] = Object.keys(headerByParameter)

/**
 * Returns the response headers that a read requests in its query (such as `response-content-type`). S3 allows these
 * parameters only in signed requests, and this server accepts only signed requests.
 */
export function responseOverrides(parameters: ReadonlyMap<string, string>): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [parameter, header] of Object.entries(headerByParameter)) {
    const value = parameters.get(parameter)
    if (value === undefined) continue
    if (!/^[\x20-\x7e]{1,1024}$/.test(value))
      throw invalidArgument(parameter, 'contains characters that a response header cannot contain')
    headers[header] = value
  }
  return headers
}
