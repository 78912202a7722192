import { z } from 'zod'
import { path } from '../../connection/path.ts'
import { decode, type Response } from '../../connection/response.ts'
import type { RelationAddress } from '../../names/address.ts'
import type { Session } from '../../session.ts'

/** Separator of the names in a path of the Lance Namespace, as `path` joins them. */
export const delimiter = '\u001f'

/** Sends a request for a table to the Lance Namespace. */
export async function sendToLance(
  { client }: Session,
  { warehouse, namespace, relation }: RelationAddress,
  operation: 'describe' | 'version/list' | 'tags/list' | 'branches/list' | 'index/list',
  {
    body = {},
    query = {},
  }: {
    readonly body?: Readonly<Record<string, boolean>>
    readonly query?: Readonly<Record<string, string | number>>
  } = {},
): Promise<Response> {
  const base = path`/lance/${warehouse}/v1/table/${[...namespace, relation]}`
  return await client.send({
    method: 'POST',
    path: `${base}/${operation}`,
    query: { ...query, delimiter },
    body,
  })
}

const listDecoder = z.object({ tables: z.array(z.string()), page_token: z.string().nullish() })

/** Reads the names of the Lance tables of a warehouse, or its first `limit` tables. */
export async function listLanceTables(
  { client, out }: Session,
  warehouse: string,
  limit: number,
): Promise<{ readonly names: readonly (readonly string[])[]; readonly more: boolean }> {
  const names: (readonly string[])[] = []
  let token: string | undefined
  do {
    const query = { delimiter, limit: Math.min(1000, limit - names.length), page_token: token }
    const response = await client.send({ method: 'GET', path: path`/lance/${warehouse}/v1/table`, query })
    const page = decode(listDecoder, response)
    names.push(...page.tables.map((name) => name.split(delimiter)))
    token = page.page_token ?? undefined
    if (token !== undefined) out.progress(`${names.length} tables …`)
  } while (token !== undefined && names.length < limit)
  return { names, more: token !== undefined }
}
