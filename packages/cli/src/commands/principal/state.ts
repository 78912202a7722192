import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { disablePrincipal, enablePrincipal, stopSessions } from '../../management/generated/principals.ts'
import { details } from '../../output/table.ts'
import { inSession } from '../../session.ts'
import { principalFacts } from './principal-facts.ts'

interface StateChange {
  readonly verb: string
  readonly description: string
  readonly request: typeof enablePrincipal
}

const changes: readonly StateChange[] = [
  {
    verb: 'enable',
    description:
      'Enables a disabled principal. Tokens that were issued before it was disabled become valid again until they expire; `stop-sessions` invalidates them.',
    request: enablePrincipal,
  },
  {
    verb: 'disable',
    description:
      'Disables a principal immediately: it gets no new tokens, and its current tokens become invalid.',
    request: disablePrincipal,
  },
  {
    verb: 'stop-sessions',
    description: 'Invalidates every token that was issued before now. The secrets stay valid.',
    request: stopSessions,
  },
]

/**
 * Registers `headgate principal enable`, `disable` and `stop-sessions`, which allow a principal to authenticate,
 * prevent it, or invalidate its current tokens.
 */
export function registerStateChanges(group: Command, io: Io): void {
  for (const { verb, description, request } of changes) {
    group
      .command(verb)
      .description(description)
      .argument('<principal>', 'id or client id')
      .action(
        inSession(io, async ({ client, out }, principal: string) => {
          const response = await request(client, { principal })
          out.result(response, (paint) => details(paint, principalFacts(response.body)))
        }),
      )
  }
}
