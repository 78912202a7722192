import { z } from 'zod'
import { readIcebergList } from '../../connection/iceberg-list.ts'
import type { Listed } from '../../connection/pages.ts'
import { path } from '../../connection/path.ts'
import type { Session } from '../../session.ts'

const namespacesDecoder = z.object({ namespaces: z.array(z.array(z.string())) })

/**
 * Lists the children of a namespace, or the top-level namespaces of the warehouse if `parent` is empty. Returns the
 * levels of each name.
 */
export async function childNamespaces(
  session: Session,
  warehouse: string,
  parent: readonly string[],
  limit?: number,
): Promise<Listed<readonly string[]>> {
  return readIcebergList(session, {
    path: path`/v1/${warehouse}/namespaces`,
    query: { parent: parent.length === 0 ? undefined : parent.join('\u001f') },
    key: 'namespaces',
    decoder: namespacesDecoder,
    limit,
  })
}

/** Yields the levels of all namespaces below `parent`, at any depth. Each namespace precedes its children. */
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
