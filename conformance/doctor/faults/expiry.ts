import { flagsFile } from '../configurations.ts'
import { answer } from '../edit.ts'
import type { Fault, Ground, Planted } from '../fault.ts'
import type { Rule } from '../front.ts'

/** Lifetime of the issued tokens, in seconds. */
const life = 5

/**
 * Plants an issuer whose tokens expire after a few seconds. Returns the configuration of a doctor run that waits for
 * their expiry.
 */
export async function shortTokens(
  { lab, catalogFront, ownServer }: Ground,
  rule: Rule,
  engine: string,
): Promise<Planted> {
  const tokens = await ownServer({
    request: () => {
      const seconds = Math.floor(Date.now() / 1_000)
      const claims = {
        sub: lab.outsideUser,
        client_id: lab.outsideUser,
        aud: lab.audience,
        exp: seconds + life,
      }
      return answer(200, { access_token: lab.issuer.sign(claims), token_type: 'bearer', expires_in: life })
    },
  })
  const target = lab.target({ credential: 'svc:any-secret-value', tokenUri: `${tokens}/token` })
  const uri = await catalogFront(rule)
  return {
    args: [
      '--uri',
      uri,
      '--warehouse',
      lab.warehouse,
      '--table',
      lab.table,
      '--properties',
      'flags.properties',
      '--engine',
      engine,
      '--wait-for-expiry',
      '30',
    ],
    files: { 'flags.properties': flagsFile(target) },
  }
}

/** Faults that appear only after a token has expired. */
export const expiryFaults: readonly Fault[] = [
  {
    name: 'status 419 when the token has ended',
    report: 'https://github.com/StarRocks/starrocks/issues/77546',
    expects: { id: 'token-expired-419', layer: 'renewal', remedy: /answer 401/ },
    plant: async (ground) =>
      await shortTokens(
        ground,
        {
          response: (response, { headers }) =>
            response.status === 401 && headers['authorization'] !== undefined
              ? answer(419, {
                  error: { message: 'expired', type: 'AuthenticationTimeoutException', code: 419 },
                })
              : response,
        },
        'starrocks',
      ),
  },
]
