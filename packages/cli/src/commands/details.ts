import type { Command } from 'commander'
import { z } from 'zod'
import { read } from '../connection/answer.ts'
import { path } from '../connection/path.ts'
import type { Io } from '../io.ts'
import { namespaceAddress, relationAddress } from '../names/address.ts'
import { details } from '../output/table.ts'
import { inSession, type Session } from '../session.ts'

const shown = z.object({
  id: z.string(),
  ownerId: z.string(),
  owner: z.string().nullable(),
  protected: z.boolean(),
  kind: z.string().optional(),
  version: z.number().optional(),
  location: z.string().optional(),
  metadataLocation: z.string().optional(),
})

/** `details`: what the server knows beyond what engines see. */
export function registerDetails(group: Command, io: Io, kind: 'namespace' | 'table' | 'view'): void {
  group
    .command('details')
    .description(`Shows who owns a ${kind}, whether it is protected, and its id. You must manage it.`)
    .argument(`<${kind}>`)
    .action(inSession(io, (session, name: string) => showDetails(session, kind, name)))
}

async function showDetails(
  session: Session,
  kind: 'namespace' | 'table' | 'view',
  name: string,
): Promise<void> {
  const ofNamespace = kind === 'namespace'
  const { warehouse, ...query } = ofNamespace
    ? namespaceAddress(name, session.warehouse)
    : relationAddress(name, session.warehouse)
  const answer = await session.client.send({
    method: 'GET',
    path: `${path`/management/v1/warehouses/${warehouse}`}/${ofNamespace ? 'namespace' : 'relation'}`,
    query: { ...query },
  })
  session.out.answer(answer, (paint) => {
    const said = read(shown, answer)
    return details(paint, [
      [said.kind ?? kind, name],
      ['warehouse', warehouse],
      ['id', said.id],
      ['owner', said.owner ?? `${said.ownerId} (deleted)`],
      ['protected', said.protected],
      ['version', said.version],
      ['location', said.location],
      ['metadata file', said.metadataLocation],
    ])
  })
}
