import { type Command, Option } from 'commander'
import type { Io } from '../../io.ts'
import { addAccessKey, listAccessKeys, removeAccessKey } from '../../management/generated/principals.ts'
import { details } from '../../output/table.ts'
import { formatTime } from '../../output/times.ts'
import { withSecretFile, writeSecret } from '../../secret-output.ts'
import { inSession, type Session } from '../../session.ts'
import { showList } from '../../show-list.ts'

/** Registers `headgate principal access-key …`, which manages the access keys of a principal. */
export function registerAccessKeys(principals: Command, io: Io): void {
  const group = principals
    .command('access-key')
    .description(
      'Access keys of a principal. Clients that cannot get tokens sign their requests with them (AWS Signature Version 4).',
    )
  group
    .command('add')
    .description(
      'Creates an access key. A principal can have two access keys, so that its clients can change to a new one.',
    )
    .argument('<principal>', 'id or client id')
    .addOption(
      new Option(
        '--output <file>',
        'write the access key to this new file (mode 0600) in the format of AWS credentials files, and do not print its secret',
      ),
    )
    .action(inSession(io, add))
  group
    .command('list')
    .description('Lists the access keys of a principal, without their secrets.')
    .argument('<principal>', 'id or client id')
    .action(
      inSession(io, async (session, principal: string) => {
        const response = await listAccessKeys(session.client, { principal })
        const listed = { items: response.body.accessKeys, json: response.json, more: false }
        showList(session, listed, 'access keys', [
          { heading: 'access key', cell: (row) => row.accessKeyId },
          { heading: 'created', cell: (row) => formatTime(row.createdAt) },
        ])
      }),
    )
  group
    .command('remove')
    .description('Removes an access key. The server refuses requests that are signed with it from now on.')
    .argument('<principal>', 'id or client id')
    .argument('<access-key>', 'id of the access key')
    .action(
      inSession(io, async ({ client, confirm, out }, principal: string, accessKey: string) => {
        await confirm(`Remove the access key ${accessKey} from ${principal}?`)
        const response = await removeAccessKey(client, { principal, accessKey })
        out.result(response, () => `The access key ${accessKey} no longer authenticates ${principal}.`)
      }),
    )
}

async function add(
  session: Session,
  principal: string,
  { output }: { readonly output?: string },
): Promise<void> {
  const { io, client, out } = session
  await withSecretFile(io, output, 'new', async (file) => {
    const response = await addAccessKey(client, { principal })
    const { accessKeyId, secretAccessKey, createdAt } = response.body
    if (file === null) {
      out.result(response, (paint) =>
        details(paint, [
          ['access key', accessKeyId],
          ['secret', secretAccessKey],
          ['created', formatTime(createdAt)],
        ]),
      )
      out.note('The secret cannot be shown again: store it now.')
      return
    }
    const lines = [
      '[default]',
      `aws_access_key_id = ${accessKeyId}`,
      `aws_secret_access_key = ${secretAccessKey}`,
    ]
    const next = `\`headgate principal access-key remove ${principal} ${accessKeyId}\` removes the access key.`
    await writeSecret(file, `${lines.join('\n')}\n`, next)
    out.result({ json: { accessKeyId, createdAt } }, (paint) =>
      details(paint, [
        ['access key', accessKeyId],
        ['created', formatTime(createdAt)],
      ]),
    )
    out.note(`The secret of the access key is only in ${file.path}: the server does not show it again.`)
  })
}
