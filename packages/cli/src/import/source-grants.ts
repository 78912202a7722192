import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CliError } from '../cli-error.ts'
import type { Client } from '../connection/client.ts'
import { readList } from '../connection/pages.ts'
import { exitCode } from '../exit-code.ts'
import { whoAmI } from '../management/generated/access.ts'
import { listGrants } from '../management/generated/grants.ts'
import { getNamespaceDetails } from '../management/generated/namespaces.ts'
import { getRelationDetails } from '../management/generated/relations.ts'
import { getWarehouse } from '../management/generated/warehouses.ts'
import { formatGrantee } from '../names/grantee.ts'
import { formatSecurable } from '../names/securable.ts'
import { visible } from '../output/visible.ts'
import type { Session } from '../session.ts'
import { quote } from './commands-for-user.ts'
import type { Source } from './connect-source.ts'
import { createSourceClient } from './source-client.ts'

/** Object of the source, without its warehouse. */
interface GrantedObject {
  readonly namespace?: readonly string[]
  readonly relation?: string
}

/** Collects the grants of a source, and writes them to a file for review. */
export interface SourceGrants {
  /** Reads the owner of an object and the grants on it. */
  read(object: GrantedObject): Promise<void>
  /** Writes the file. */
  write(): Promise<void>
}

/**
 * Opens the grants of the source. Only Headgate servers have an API for grants that this command can read: the Iceberg protocol
 * has none.
 *
 * @throws CliError when the source is not a Headgate server
 */
export async function openSourceGrants(
  session: Session,
  source: Source,
  file: string,
): Promise<SourceGrants> {
  const { io, out, settings, warehouse: target } = session
  const client: Client = {
    ...createSourceClient(source, settings.timeoutMs),
    clientId: null,
    token: () => Promise.reject(new Error('The provider of the source requests the token.')),
  }
  const warehouse = source.warehouse ?? 'lakehouse'
  await whoAmI(client).catch((cause: unknown) => {
    throw new CliError(
      exitCode.usage,
      `The grants of ${source.url} cannot be read: it is not a Headgate server.`,
      {
        next: 'Remove --grants, and grant rights in the target by hand.',
        cause,
      },
    )
  })
  const lines: string[] = []

  return {
    async read(object) {
      const on = formatSecurable({ warehouse: target, ...object })
      try {
        const owner = await readOwner(client, warehouse, object)
        // The server owns objects that no principal owns, for example its first warehouse.
        if (owner !== null && owner !== 'server')
          lines.push(`${toCommand('manage', on, `principal:${owner}`)} # its owner at the source`)
        const { items } = await readList(
          { ...session, client },
          {
            key: 'grants',
            request: (page) => listGrants(client, { query: { warehouse, ...object, ...page } }),
          },
        )
        for (const { privilege, to } of items) {
          const isNamed = to.name !== null
          lines.push(`${isNamed ? '' : '# deleted: '}${toCommand(privilege, on, formatGrantee(to))}`)
        }
      } catch (error) {
        if (!(error instanceof CliError) || error.refusal === undefined) throw error
        lines.push(`# ${visible(`${on}: ${error.message}`)}`)
      }
    },
    async write() {
      const sorted = [...new Set(lines)].toSorted()
      await writeFile(resolve(io.cwd, file), [...header(source, warehouse), ...sorted, ''].join('\n'), {
        mode: 0o600,
      }).catch((cause: unknown) => {
        const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason'
        throw new CliError(exitCode.usage, `The file ${file} cannot be written (${reason}).`, { cause })
      })
      const commands = sorted.filter((line) => !line.startsWith('#')).length
      out.note(
        `${file} has ${commands} commands that grant the rights of the source. Review it before you run it.`,
      )
    },
  }
}

async function readOwner(
  client: Client,
  warehouse: string,
  { namespace, relation }: GrantedObject,
): Promise<string | null> {
  if (namespace === undefined) return (await getWarehouse(client, { warehouse })).body.owner
  if (relation === undefined)
    return (await getNamespaceDetails(client, { warehouse, query: { namespace } })).body.owner
  return (await getRelationDetails(client, { warehouse, query: { namespace, relation } })).body.owner
}

function toCommand(privilege: string, on: string, to: string): string {
  return `headgate grant give ${quote(privilege)} --on ${quote(on)} --to ${quote(to)}`
}

function header({ url }: Source, warehouse: string): readonly string[] {
  return [
    `# Grants and owners of warehouse ${warehouse} at ${url}, as commands for review. Nothing was granted.`,
    '# Principals and roles must exist in the target. The principal that imports owns the imported objects.',
    '# Rights on the server, and memberships of roles and groups, are not included.',
  ]
}
