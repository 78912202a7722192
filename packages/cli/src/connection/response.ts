import { type Json, parse } from '@headgate/json'
import type { z } from 'zod'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'

/** Successful response of a server. */
export interface Response {
  readonly status: number
  /** Body exactly as the server sent it. */
  readonly text: string
  /** Parsed body, or null for an empty body. */
  readonly json: Json
}

/** Response with a body that is decoded to a typed value on first access. */
export interface DecodedResponse<Body> extends Response {
  /** Decoded body. The first access decodes it, and throws `CliError` if the body does not match the schema. */
  readonly body: Body
}

/** Parses JSON. Integers keep all their digits. Returns undefined when the text is not JSON, and null when it is empty. */
export function parseJson(text: string): Json | undefined {
  try {
    // The parser accepts the nesting depth of table metadata that the server accepts.
    return text === '' ? null : parse(text, { maxDepth: 1000 })
  } catch {
    return undefined
  }
}

/**
 * Adds the decoded body to a response. The body is decoded only when a command reads it, so that `--json` can print a
 * response that this version cannot decode.
 */
export function decodeLater<Body>(response: Response, decoder: z.ZodType<Body>): DecodedResponse<Body> {
  let decoded: { readonly body: Body } | undefined
  return {
    ...response,
    get body() {
      decoded ??= { body: decode(decoder, response) }
      return decoded.body
    },
  }
}

/**
 * Decodes the body of a response. Ignores members that the decoder does not name.
 *
 * @throws CliError when the body does not match the decoder
 */
export function decode<Body>(decoder: z.ZodType<Body>, { json }: Pick<Response, 'json'>): Body {
  const result = decoder.safeParse(json)
  if (result.success) return result.data
  const member = result.error.issues[0]?.path.map(String).join('.') ?? ''
  throw new CliError(
    exitCode.unreachable,
    `The response of the server is not in the expected form${member === '' ? '' : ` (at ${member})`}.`,
    { next: 'Check that it is a Headgate server of the same version. --json prints the response unchanged.' },
  )
}
