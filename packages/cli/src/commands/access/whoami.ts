import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { whoAmI, type WhoAmIResponse } from '../../management/generated/access.ts'
import type { EngineLimits } from '../../management/generated/schemas.ts'
import type { Paint } from '../../output/paint.ts'
import { details } from '../../output/table.ts'
import { formatTime } from '../../output/times.ts'
import { inSession } from '../../session.ts'

export function registerWhoami(program: Command, io: Io): void {
  program
    .command('whoami')
    .description(
      'Shows how the server identifies you: your principal, engines that act for you, how your identity was proven, roles and limits.',
    )
    .action(
      inSession(io, async ({ client, out }) => {
        const response = await whoAmI(client)
        out.result(response, (paint) => formatCaller(paint, response.body))
      }),
    )
}

function formatCaller(paint: Paint, caller: WhoAmIResponse): string {
  const { principal, actors, limits, roles, groups, method, obtainedBy } = caller
  const roleNames = roles.map(({ name, through }) =>
    through.length === 0 ? name : `${name} (through ${through.join(' > ')})`,
  )
  return details(paint, [
    ['principal', principal.name],
    ['id', principal.id],
    ['issuer', principal.issuer],
    ['subject', principal.subject],
    ['login', caller.login ?? undefined],
    ['acting', actors.length === 0 ? undefined : actors.map(({ name }) => name).join(', then ')],
    ['proven by', method === obtainedBy ? method : `${method}, from ${obtainedBy}`],
    ['proven at', formatTime(caller.authenticatedAt) ?? undefined],
    ['until', formatTime(caller.expiresAt)],
    ['renewable until', formatTime(caller.sessionEndsAt) ?? undefined],
    ['groups', groups.join(', ') || null],
    ['roles', roleNames.join(', ') || null],
    ['administrator', caller.administrator],
    ['engine limits', limits === null ? undefined : formatLimits(limits)],
    ['first calls', limits?.alone === true ? limits.firstCalls : undefined],
  ])
}

function formatLimits({ privileges, warehouses }: EngineLimits): string {
  return `${privileges.join(', ') || 'no privilege'} in ${warehouses?.join(', ') ?? 'all warehouses'}`
}
