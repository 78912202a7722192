import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import {
  addClientFederation,
  listClientFederations,
  removeClientFederation,
} from '../../management/generated/principals.ts'
import { formatTime } from '../../output/times.ts'
import { inSession } from '../../session.ts'
import { showList } from '../../show-list.ts'

/** Registers `headgate principal federation …`, which maps names at other issuers to a client. */
export function registerFederations(principals: Command, io: Io): void {
  const group = principals
    .command('federation')
    .description(
      'Names of a client at other issuers. A token of such an issuer authenticates the client (Kubernetes, cloud workloads).',
    )
  addNameArguments(
    group.command('add').description('Lets the client authenticate with tokens of this subject.'),
  ).action(
    inSession(io, async ({ client, out }, principal: string, issuer: string, subject: string) => {
      const response = await addClientFederation(client, { principal, body: { issuer, subject } })
      out.result(response, () => `Tokens of ${subject} at ${issuer} now prove ${principal}.`)
    }),
  )
  group
    .command('list')
    .description('Lists the names of a client at other issuers.')
    .argument('<principal>', 'id or client id')
    .action(
      inSession(io, async (session, principal: string) => {
        const response = await listClientFederations(session.client, { principal })
        const listed = { items: response.body.federations, json: response.json, more: false }
        showList(session, listed, 'names at other issuers', [
          { heading: 'issuer', cell: (row) => row.issuer },
          { heading: 'subject', cell: (row) => row.subject },
          { heading: 'created', cell: (row) => formatTime(row.createdAt) },
        ])
      }),
    )
  addNameArguments(
    group.command('remove').description('Stops the client from authenticating with tokens of this subject.'),
  ).action(
    inSession(io, async ({ client, confirm, out }, principal: string, issuer: string, subject: string) => {
      await confirm(`Stop ${principal} from authenticating with tokens of ${subject} at ${issuer}?`)
      const response = await removeClientFederation(client, { principal, body: { issuer, subject } })
      out.result(response, () => `Tokens of ${subject} at ${issuer} no longer authenticate ${principal}.`)
    }),
  )
}

function addNameArguments(command: Command): Command {
  return command
    .argument('<principal>', 'id or client id')
    .argument(
      '<issuer>',
      'configured issuer, written exactly as in its tokens, or an issuer that its tokens name in the claim act',
    )
    .argument('<subject>', 'value of the claim sub in the tokens')
}
