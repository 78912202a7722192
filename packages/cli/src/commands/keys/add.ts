import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { addKey } from '../../management/generated/keys.ts'
import { inSession } from '../../session.ts'
import { formatKey } from './format-key.ts'

export function registerAdd(group: Command, io: Io): void {
  group
    .command('add')
    .description('First step of a rotation: adds a key, which every replica loads before it is used.')
    .argument(
      '<purpose>',
      'session-token, console-session, page-token, s3-session, storage-refresh, or upstream-assertion/ID of an upstream warehouse',
    )
    .action(
      inSession(io, async ({ client, out }, purpose: string) => {
        const response = await addKey(client, { body: { purpose } })
        const { id, promotableInSeconds } = response.body
        out.result(response, (paint) => formatKey(paint, response.body))
        out.note(
          `Every replica has the key in ${promotableInSeconds ?? 0} s. Then run: headgate keys promote ${id}`,
        )
      }),
    )
}
