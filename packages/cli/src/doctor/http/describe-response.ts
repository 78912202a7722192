import type { Json, JsonObject } from '@headgate/json'
import type { RawResponse } from './raw-request.ts'

const maxLength = 300

/** Error body of the Iceberg protocol, or of a similar protocol. Missing members are undefined. */
export interface ErrorBody {
  readonly message: string | undefined
  readonly type: string | undefined
  readonly code: Json | undefined
}

/**
 * Reads the error in a response body: `{"error":{"message","type","code"}}`, or the forms of AWS, Databricks and
 * OAuth.
 */
export function readErrorBody({ json }: Pick<RawResponse, 'json'>): ErrorBody {
  const body = toObject(json)
  const error = toObject(body['error'])
  return {
    message: findText(error, 'message') ?? findText(body, 'message', 'Message', 'error_description', 'error'),
    type: findText(error, 'type') ?? findText(body, '__type', 'error_code', 'type', 'Code'),
    code: error['code'],
  }
}

/** Describes a response in one line: its status, and the type and message of its error. */
export function describeResponse(
  response: Pick<RawResponse, 'status' | 'json' | 'text' | 'headers'>,
): string {
  const { message, type } = readErrorBody(response)
  const status = `status ${response.status}`
  if (message !== undefined) return `${status}${type === undefined ? '' : ` ${type}`}: ${oneLine(message)}`
  const body = response.text.trim()
  if (body === '') return `${status} without a body`
  const title = /<title>([^<]*)<\/title>/i.exec(body)?.[1]
  if (title !== undefined || isHtml(response))
    return `${status} with a web page${title === undefined ? '' : ` “${oneLine(title)}”`}`
  return `${status}: ${oneLine(body)}`
}

/** Returns whether a response body is an HTML page. */
export function isHtml({ headers, text }: Pick<RawResponse, 'headers' | 'text'>): boolean {
  return /html/i.test(headers.get('content-type') ?? '') || /^\s*<(!doctype|html)/i.test(text)
}

/** Converts a text from a server to one line, and shortens a long text. */
export function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length <= maxLength ? line : `${line.slice(0, maxLength)}…`
}

export function toObject(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
}

function findText(object: JsonObject, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = object[name]
    if (typeof value === 'string' && value !== '') return value
  }
  return undefined
}
