import type { Json } from '@headgate/json'
import { z } from 'zod'
import { CliError } from '../../cli-error.ts'
import { toUrl } from '../../connection/client.ts'
import { parseJson } from '../../connection/response.ts'
import { exitCode } from '../../exit-code.ts'
import { visible } from '../../output/visible.ts'
import type { Source } from '../connect-source.ts'
import { createSourceRequest } from '../source-request.ts'
import { SourceRefusedError } from './source-refused-error.ts'

type Query = Readonly<Record<string, string | number | undefined>>

/** Client of the management API of a source catalog, with the credential for this catalog. */
export interface SourceApi {
  /**
   * Requests a path below a base URL and decodes the response.
   *
   * @throws SourceRefusedError for a status other than 2xx
   * @throws CliError when the source does not respond, or the response is not of the documented form
   */
  get<Body>(base: string, path: string, decoder: z.ZodType<Body>, query?: Query): Promise<Body>
}

export function createSourceApi(source: Source, timeoutMs: number): SourceApi {
  const request = createSourceRequest(source, timeoutMs)
  return {
    async get(base, path, decoder, query = {}) {
      const url = toUrl(base, { path, query: toTexts(query) })
      const { status, text } = await request(url, 'GET')
      const json = parseJson(text)
      if (status < 200 || status > 299) throw new SourceRefusedError(status, findMessage(json))
      const result = decoder.safeParse(json)
      if (result.success) return result.data
      const member = result.error.issues[0]?.path.map(String).join('.') ?? ''
      throw new CliError(
        exitCode.unreachable,
        `The response of the source to GET ${visible(url.pathname)} is not of the documented form${member === '' ? '' : ` (at ${visible(member)})`}.`,
        { next: 'Grant the rights in the target by hand, and report the version of the source.' },
      )
    },
  }
}

function toTexts(query: Query): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, value === undefined ? undefined : String(value)]),
  )
}

const body = z.object({ error: z.object({ message: z.string() }) })
const flatBody = z.object({ message: z.string() })

/** Returns the message in an error response with the form of the Iceberg REST API or of Unity Catalog. */
function findMessage(json: Json | undefined): string {
  return body.safeParse(json).data?.error.message ?? flatBody.safeParse(json).data?.message ?? ''
}
