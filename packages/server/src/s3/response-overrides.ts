import { invalidArgument } from './s3-error.ts'

const headerOf: Readonly<Record<string, string>> = {
  'response-cache-control': 'cache-control',
  'response-content-disposition': 'content-disposition',
  'response-content-encoding': 'content-encoding',
  'response-content-language': 'content-language',
  'response-content-type': 'content-type',
  'response-expires': 'expires',
}

export const overrideParameters: readonly string[] = Object.keys(headerOf)

/** Parses the response headers that a read requests in its query. S3 allows them only in signed requests, as all are here. */
export function responseOverrides(parameters: ReadonlyMap<string, string>): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [parameter, header] of Object.entries(headerOf)) {
    const value = parameters.get(parameter)
    if (value === undefined) continue
    if (!/^[\x20-\x7e]{1,1024}$/.test(value)) throw invalidArgument(parameter, 'cannot be sent as a header')
    headers[header] = value
  }
  return headers
}
