import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import type { ContextOptions } from '../../context-options.ts'
import { ConfigError } from '../config-error.ts'
import { Secret } from '../secret.ts'
import { readSecret } from '../secrets.ts'
import { findConsoleContradictions } from './console-contradictions.ts'
import { type Preset, presets } from './presets.ts'
import { readConsole } from './read-console.ts'
import { readSecondLeg } from './read-second-leg.ts'
import { type IssuerEntry, issuerSchema } from './schema.ts'
import { findSecondLegContradictions } from './second-leg-contradictions.ts'

export type Issuers = ContextOptions['issuers']
type Issuer = Issuers[number]
type Environment = Readonly<Record<string, string | undefined>>

const defaultAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const
const maxIssuers = 100

/**
 * Reads the issuers of `HEADGATE_ISSUERS`.
 *
 * @param text a JSON list, or the path of a file that contains a JSON list
 * @param environment environment variables, some of which contain client secrets that entries refer to
 * @throws ConfigError with a sentence for each problem
 */
export function readIssuers(text: string | null, environment: Environment): Issuers {
  if (text === null) return []
  const list = parseJson(/^\s*\[/.test(text) ? text : readIssuersFile(text))
  if (!Array.isArray(list))
    throw new ConfigError([
      'HEADGATE_ISSUERS must be a JSON list of issuers, or the path of a file with one.',
    ])
  if (list.length > maxIssuers)
    throw new ConfigError([
      `HEADGATE_ISSUERS has ${list.length} issuers, but at most ${maxIssuers} are accepted.`,
    ])
  const problems: string[] = []
  const issuers = list.flatMap((entry: unknown, index) => {
    const label = labelEntry(entry, index)
    const result = issuerSchema.safeParse(withPreset(entry))
    if (!result.success) {
      problems.push(...result.error.issues.map((issue) => describeIssue(label, issue)))
      return []
    }
    const contradictions = [...findContradictions(result.data), ...findConsoleContradictions(result.data)]
    problems.push(...contradictions.map((sentence) => `${label}: ${sentence}`))
    return [result.data]
  })
  const names = issuers.map(({ issuer }) => issuer)
  for (const [index, entry] of issuers.entries())
    problems.push(
      ...[...findSecondLegContradictions(entry, names)].map(
        (sentence) => `${labelEntry(entry, index)}: ${sentence}`,
      ),
    )
  const duplicate = names.find((name, index) => names.indexOf(name) !== index)
  if (duplicate !== undefined)
    problems.push(`HEADGATE_ISSUERS contains the issuer ${duplicate} twice: remove one entry.`)
  if (problems.length > 0) throw new ConfigError(problems)
  return issuers.map((issuer) => toIssuer(issuer, environment))
}

function readIssuersFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError([`The file of HEADGATE_ISSUERS cannot be read: ${reason}.`], { cause })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ConfigError(['HEADGATE_ISSUERS, or the file that it names, is not valid JSON.'], { cause })
  }
}

/** Adds the defaults of the preset to an entry. Values of the entry override them. */
function withPreset(entry: unknown): unknown {
  if (!isObject(entry)) return entry
  const { preset: name } = entry
  const preset: Preset | undefined = isPreset(name) ? presets[name] : undefined
  if (preset === undefined) return entry
  const claims = isObject(entry['claims'])
    ? { ...preset.claims, ...entry['claims'] }
    : (entry['claims'] ?? preset.claims)
  return { ...preset, ...entry, ...(claims === undefined ? {} : { claims }) }
}

function isPreset(name: unknown): name is keyof typeof presets {
  return typeof name === 'string' && Object.hasOwn(presets, name)
}

function describeIssue(label: string, { path, message, code }: z.core.$ZodIssue): string {
  const name = path.join('.')
  if (name === 'audience')
    return `${label}: audience is missing or empty. Set it to the aud of tokens for this catalog, so that tokens for other services of the issuer are refused.`
  return `${label}: ${name === '' ? 'the entry' : name} ${code === 'custom' ? message : `is invalid: ${message}`}.`
}

function* findContradictions(entry: IssuerEntry): Generator<string> {
  const { introspection, jwksUri, discovery } = entry
  if (jwksUri !== undefined && discovery !== undefined)
    yield 'jwksUri and discovery are both set, and each of them determines the URL of the keys: keep one.'
  if (introspection !== undefined) {
    const { clientSecretEnv, clientSecretFile, endpoint } = introspection
    if ((clientSecretEnv === undefined) === (clientSecretFile === undefined))
      yield 'introspection needs exactly one of clientSecretFile and clientSecretEnv.'
    if (endpoint === undefined && jwksUri !== undefined)
      yield 'introspection needs endpoint, because the metadata of the issuer are not read when jwksUri is set.'
  }
  if (entry.subjectTokens?.includes('id_token') === true && entry.idTokenAudience === undefined)
    yield 'subjectTokens contains id_token: set idTokenAudience to the ids of the clients in which users sign in.'
}

function toIssuer(entry: IssuerEntry, environment: Environment): Issuer {
  const { claims = {}, issuer } = entry
  return {
    issuer,
    audiences: entry.audience,
    algorithms: entry.algorithms ?? defaultAlgorithms,
    tokenType: entry.tokenType ?? 'at+jwt',
    keys: toKeySource(entry),
    introspection: toIntrospection(entry, environment),
    claims: {
      subject: claims.subject ?? ['sub'],
      login: claims.login ?? ['preferred_username'],
      name: claims.name ?? ['name'],
      groups: claims.groups ?? ['groups'],
      actor: claims.actor ?? ['act'],
      service: claims.service ?? null,
    },
    actors: entry.actors === undefined ? null : new Set(entry.actors),
    clients: entry.clients === undefined ? null : new Set(entry.clients),
    subjectTokens: new Set(entry.subjectTokens ?? ['access_token']),
    idTokenAudiences: entry.idTokenAudience ?? [],
    makesPrincipals: entry.makesPrincipals ?? true,
    groupsMaxAgeMs: (entry.groupsMaxAgeSeconds ?? 86_400) * 1_000,
    leewayMs: (entry.leewaySeconds ?? 5) * 1_000,
    logoutAudiences: toLogoutAudiences(entry),
    console: entry.console === undefined ? null : readConsole(entry.console, entry, environment),
    secondLeg: entry.secondLeg === undefined ? null : readSecondLeg(entry.secondLeg, issuer, environment),
  }
}

function toLogoutAudiences({ logoutAudience = [], console }: IssuerEntry): Issuer['logoutAudiences'] {
  const client = console?.clientId
  const all = new Set([...logoutAudience, ...(client === undefined ? [] : [client])])
  return all.size === 0 ? null : [...all]
}

function toKeySource({ issuer, jwksUri, discovery = 'openid' }: IssuerEntry): Issuer['keys'] {
  if (jwksUri !== undefined) return { from: 'uri', uri: jwksUri }
  const { origin, pathname } = new URL(issuer)
  switch (discovery) {
    case 'openid':
      return { from: 'metadata', uri: `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration` }
    case 'oauth':
      // RFC 8414 section 3.1 inserts the well-known path between the host and the path of the issuer.
      return {
        from: 'metadata',
        uri: `${origin}/.well-known/oauth-authorization-server${pathname.replace(/\/$/, '')}`,
      }
    default:
      return { from: 'metadata', uri: discovery }
  }
}

function toIntrospection(
  { introspection, issuer }: IssuerEntry,
  environment: Environment,
): Issuer['introspection'] {
  if (introspection === undefined) return null
  const { clientSecretEnv: name, clientSecretFile = null } = introspection
  const value = name === undefined ? undefined : environment[name]
  const clientSecret = readSecret(
    value === undefined || value === '' ? null : new Secret(value),
    clientSecretFile,
    `introspection.clientSecretFile of the issuer ${issuer}`,
  )
  if (clientSecret === null)
    throw new ConfigError([
      `The environment variable ${name} with the client secret for the introspection of ${issuer} is not set.`,
    ])
  return {
    endpoint: introspection.endpoint ?? null,
    clientId: introspection.clientId,
    clientSecret,
    tokens: introspection.tokens ?? 'opaque',
    cacheMs: (introspection.cacheSeconds ?? 30) * 1_000,
  }
}

/** Returns the name of an entry, with which its error messages begin. */
function labelEntry(entry: unknown, index: number): string {
  const issuer = isObject(entry) ? entry['issuer'] : undefined
  return typeof issuer === 'string' && issuer.length < 300
    ? `The issuer ${issuer}`
    : `Issuer ${index + 1} of HEADGATE_ISSUERS`
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
