import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { promoteKey } from '../../management/generated/keys.ts'
import { inSession, type Session } from '../../session.ts'
import { forceNowWarning, formatKey } from './format-key.ts'

interface Options {
  readonly forceNow?: boolean
}

export function registerPromote(group: Command, io: Io): void {
  group
    .command('promote')
    .description(
      'Second step of a rotation: the server signs and seals with the added key from now on. It still accepts tokens of the previous key.',
    )
    .argument('<id>', 'id from `headgate keys list`')
    .option('--force-now', 'promote the key although some replicas may not have it yet')
    .action(inSession(io, promote))
}

async function promote({ client, out }: Session, key: string, { forceNow = false }: Options): Promise<void> {
  if (forceNow) out.warn(forceNowWarning)
  const response = await promoteKey(client, { key, body: forceNow ? { forceNow } : {} })
  out.result(response, (paint) => formatKey(paint, response.body))
}
