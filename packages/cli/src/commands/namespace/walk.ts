import { z } from 'zod'
import { readList } from '../../connection/pages.ts'
import { path } from '../../connection/path.ts'
import type { Session } from '../../session.ts'

const levels = z.array(z.string())

/** The namespaces right below another one, or the outermost ones of the warehouse, by name. */
export async function childNamespaces(
  session: Session,
  warehouse: string,
  parent: readonly string[],
  limit?: number,
): ReturnType<typeof readList<string[]>> {
  return readList(session, {
    path: path`/v1/${warehouse}/namespaces`,
    query: { parent: parent.length === 0 ? undefined : parent.join('\u001f') },
    key: 'namespaces',
    item: levels,
    limit,
    nextPage: 'next-page-token',
  })
}

/** All namespaces below one, each before those in it. */
export async function* walkNamespaces(
  session: Session,
  warehouse: string,
  parent: readonly string[],
): AsyncGenerator<readonly string[]> {
  const { items } = await childNamespaces(session, warehouse, parent)
  for (const namespace of items) {
    yield namespace
    yield* walkNamespaces(session, warehouse, namespace)
  }
}
