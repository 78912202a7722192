import { mapBounded } from '../../apply/map-bounded.ts'
import { createServerState } from '../../apply/plan/server-state.ts'
import { CliError } from '../../cli-error.ts'
import type { Client } from '../../connection/client.ts'
import type { ExistingNames } from './review-document.ts'
import type { SourceGrants } from './source-grants.ts'

/**
 * Returns which principals and roles of a review document already exist in the target server, or null if the caller
 * may not read them.
 */
export async function findExistingNames(
  client: Client,
  { principals, roles }: Pick<SourceGrants, 'principals' | 'roles'>,
  parallel: number,
): Promise<ExistingNames | null> {
  const server = createServerState(client)
  const find = async (
    entries: readonly { readonly name: string }[],
    exists: (name: string) => Promise<boolean>,
  ): Promise<ReadonlySet<string>> => {
    const found = await mapBounded(entries, parallel, async ({ name }) =>
      (await exists(name)) ? [name] : [],
    )
    return new Set(found.flat())
  }
  try {
    return {
      principals: await find(principals, async (name) => (await server.principal(name)) !== null),
      roles: await find(roles, async (name) => (await server.role(name)) !== null),
    }
  } catch (error) {
    if (error instanceof CliError && error.refusal?.status === 403) return null
    throw error
  }
}
