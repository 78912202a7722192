import { failed, type Diagnosis } from '../finding.ts'
import { reports } from '../reports.ts'
import type { DoctorContext } from '../context.ts'
import { formatTokenFacts } from '../identity/token-facts.ts'
import { enterUserSession } from '../identity/user-session.ts'
import { askWhoAmI, formatIdentity, type ArrivedIdentity } from '../identity/whoami.ts'
import { checkAudience } from '../identity/wrong-audience.ts'
import type { Layer } from './layer.ts'

/**
 * Layer that compares the identity that the catalog sees with the expected user, and checks that the catalog refuses
 * tokens for other audiences.
 */
export const identityLayer: Layer = {
  name: 'identity',
  check: async (context) => {
    const { settings, options, learned, fact } = context
    if (learned.token !== undefined) fact(formatTokenFacts(learned.token))
    if (settings.userSession && options.user !== null) {
      const refusal = await enterSession(context, options.user)
      if (refusal !== null) return [refusal]
    }
    const arrived = await askWhoAmI(context, learned.auth)
    if (arrived !== null) fact(formatIdentity(arrived))
    const problems = [checkUser(context, arrived), ...checkGroups(context, arrived)]
    return [...problems.flatMap((problem) => problem ?? []), ...(await checkAudience(context))]
  },
}

async function enterSession(context: DoctorContext, user: string): Promise<Diagnosis | null> {
  const { settings, traits } = context
  const refusal = await enterUserSession(context, user)
  if (refusal === null) return null
  return failed('user-session-refused', {
    evidence: `${traits.label} names its user ${user} in a token exchange, and the issuer refuses it: ${refusal}.`,
    remedy: `Let the issuer accept statements of this engine about its users (in Headgate: headgate engine add), or use a token of the user. ${settings.names.user}`,
    report: reports.userMissing,
  })
}

function checkUser(context: DoctorContext, arrived: ArrivedIdentity | null): Diagnosis | null {
  const { options, settings, learned } = context
  const { user } = options
  if (user === null) return null
  const claims = arrived === null ? learned.token : undefined
  const names = arrived?.names ?? [
    ...(claims?.names ?? []),
    ...(claims?.subject === undefined ? [] : [claims.subject]),
  ]
  if (names.length === 0 || names.includes(user)) return null
  const actors = arrived?.actors ?? claims?.actors ?? []
  const acting = actors.length === 0 ? 'no actor' : `the actor ${actors.join(', ')}`
  return failed('user-does-not-arrive', {
    evidence: `The catalog sees ${names[0] ?? ''} with ${acting}, not the user ${user}. Its rights and its audit log are those of ${names[0] ?? ''}.`,
    remedy: settings.names.user,
    report: reports.userMissing,
  })
}

function checkGroups(context: DoctorContext, arrived: ArrivedIdentity | null): readonly Diagnosis[] {
  const { options, learned } = context
  const present = new Set([...(arrived?.groups ?? []), ...(learned.token?.groups ?? [])])
  const missing = options.groups.filter((group) => !present.has(group))
  if (missing.length === 0) return []
  return [
    failed('groups-missing', {
      evidence: `The groups ${missing.join(', ')} do not arrive at the catalog. Groups that arrive: ${[...present].join(', ') || 'none'}.`,
      remedy:
        'Let the identity provider put the groups into access tokens (a groups claim), and let the catalog read this claim.',
    }),
  ]
}
