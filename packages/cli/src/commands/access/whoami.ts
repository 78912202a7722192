import type { Command } from 'commander'
import { z } from 'zod'
import { read } from '../../connection/answer.ts'
import type { Io } from '../../io.ts'
import { details } from '../../output/table.ts'
import { moment } from '../../output/times.ts'
import { inSession } from '../../session.ts'

const party = z.object({ id: z.string(), issuer: z.string(), subject: z.string(), name: z.string() })
const whoami = z.object({
  principal: party,
  actors: z.array(party),
  method: z.string(),
  obtainedBy: z.string(),
  authenticatedAt: z.string().nullable(),
  expiresAt: z.string().nullable(),
  sessionEndsAt: z.string().nullable(),
  login: z.string().nullable(),
  groups: z.array(z.string()),
  roles: z.array(z.object({ name: z.string(), through: z.array(z.string()) })),
  administrator: z.boolean(),
  limits: z
    .object({
      name: z.string(),
      alone: z.boolean(),
      firstCalls: z.string(),
      warehouses: z.array(z.string()).nullable(),
      privileges: z.array(z.string()),
    })
    .nullable(),
})

export function registerWhoami(program: Command, io: Io): void {
  program
    .command('whoami')
    .description('Shows who you are to the server: principal, engines that act, proof, roles and limits.')
    .action(
      inSession(io, async ({ client, out }) => {
        const answer = await client.send({ method: 'GET', path: '/management/v1/whoami' })
        out.answer(answer, (paint) => {
          const said = read(whoami, answer)
          const { principal, actors, limits, roles, groups } = said
          const roleText = roles.map(({ name, through }) =>
            through.length === 0 ? name : `${name} (by ${through.join(' > ')})`,
          )
          return details(paint, [
            ['principal', principal.name],
            ['id', principal.id],
            ['issuer', principal.issuer],
            ['subject', principal.subject],
            ['login', said.login ?? undefined],
            ['acting', actors.length === 0 ? undefined : actors.map(({ name }) => name).join(', then ')],
            [
              'proven by',
              said.method === said.obtainedBy ? said.method : `${said.method}, from ${said.obtainedBy}`,
            ],
            ['proven at', moment(said.authenticatedAt) ?? undefined],
            ['until', moment(said.expiresAt)],
            ['renewable until', moment(said.sessionEndsAt) ?? undefined],
            ['groups', groups.join(', ') || null],
            ['roles', roleText.join(', ') || null],
            ['administrator', said.administrator],
            [
              'engine limits',
              limits === null
                ? undefined
                : `${limits.privileges.join(', ') || 'nothing'} in ${limits.warehouses?.join(', ') ?? 'all warehouses'}`,
            ],
            ['first calls', limits?.alone === true ? limits.firstCalls : undefined],
          ])
        })
      }),
    )
}
