import type { ContextOptions } from '../../context-options.ts'
import { type IssuerClient, readClient } from './read-client.ts'
import type { LegClientEntry, SecondLegEntry } from './second-leg-schema.ts'

type SecondLeg = NonNullable<ContextOptions['issuers'][number]['secondLeg']>
type Environment = Readonly<Record<string, string | undefined>>

const typeUrn = 'urn:ietf:params:oauth:token-type:'
const defaultTimeoutSeconds = 5

/**
 * Returns the options for the second leg of an issuer: the token exchange in which Headgate requests a token from the
 * issuer. `second-leg-contradictions.ts` has checked the entry before.
 *
 * @throws ConfigError when the secret or the key of a client is missing or cannot be read
 */
export function readSecondLeg(entry: SecondLegEntry, issuer: string, environment: Environment): SecondLeg {
  const { profile, clientId, subjectAudience, requestedTokenType, next } = entry
  const usesPost = profile === 'entra' || profile === 'auth0'
  const read = (from: LegClientEntry, id: string, at: string): IssuerClient =>
    readClient(from, id, { where: `the secondLeg of ${at}`, usesPost, environment })
  const client = clientId === undefined ? null : read(entry, clientId, issuer)
  return {
    profile,
    tokenEndpoint: entry.tokenEndpoint ?? null,
    client,
    target: toTarget(entry),
    subjectAudiences: subjectAudience ?? (clientId === undefined ? [] : [clientId]),
    requestedTokenType: requestedTokenType === undefined ? null : typeUrn + requestedTokenType,
    answer: profile === 'google-sts' ? 'opaque' : 'verified',
    timeoutMs: (entry.timeoutSeconds ?? defaultTimeoutSeconds) * 1_000,
    next:
      next === undefined
        ? null
        : {
            issuer: next.issuer,
            tokenEndpoint: next.tokenEndpoint ?? null,
            client: read(next, next.clientId ?? '', next.issuer),
            target: toTarget(next),
          },
  }
}

function toTarget({ audience, resource, scope, parameters }: LegClientEntry): SecondLeg['target'] {
  return {
    audiences: audience ?? [],
    resources: resource ?? [],
    scope: scope ?? null,
    parameters: parameters ?? {},
  }
}
