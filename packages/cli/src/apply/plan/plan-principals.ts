import {
  addClientFederation,
  addClientKey,
  disablePrincipal,
  enablePrincipal,
  importSecret,
  listClientFederations,
  listClientKeys,
  registerPrincipal,
} from '../../management/generated/principals.ts'
import { mapBounded } from '../map-bounded.ts'
import { isClient, type Jwk, parseUser, type PrincipalEntry } from '../document/principal-entry.ts'
import type { Sourced } from '../read/merge-documents.ts'
import { resolveSecret, withoutClientId } from '../read/resolve-secret.ts'
import { maxParallel, type PlanContext } from './plan-context.ts'
import { createdItem, type PlannedChange, plannedItem, type PlannedItem } from './planned-item.ts'
import { sameValue } from './same-value.ts'

type Entry = Sourced<PrincipalEntry>

/** Plans the changes of principals and of their credentials. */
export function planPrincipals(context: PlanContext): Promise<PlannedItem[]> {
  return mapBounded(context.desired.principals, maxParallel, (entry) => planPrincipal(context, entry))
}

async function planPrincipal(context: PlanContext, entry: Entry): Promise<PlannedItem> {
  const { name, keys = [], federations = [], enabled = true } = entry
  const existing = await context.server.principal(name)
  if (existing === null) {
    return createdItem('principal', name, [
      register(context, entry),
      ...planSecret(context, entry),
      ...keys.map((key) => addKey(context, name, key)),
      ...federations.map((federation) => addFederation(context, name, federation)),
      ...(enabled ? [] : [setEnabled(context, name, false)]),
    ])
  }
  const keyPlan = await planKeys(context, entry)
  const federationPlan = await planFederations(context, entry)
  const changes = [
    ...(existing.secrets.length === 0 ? planSecret(context, entry) : []),
    ...keyPlan.changes,
    ...federationPlan.changes,
    ...(entry.enabled === undefined || entry.enabled === existing.principal.enabled
      ? []
      : [setEnabled(context, name, entry.enabled)]),
  ]
  return plannedItem('principal', name, changes, [...keyPlan.kept, ...federationPlan.kept])
}

function register({ session, desired }: PlanContext, { name, displayName }: Entry): PlannedChange {
  const { issuer, subject } = isClient(name) ? { issuer: undefined, subject: name } : parseUser(name)
  // The engine that names the issuer may be created later in the same run, so the server may not know the issuer yet.
  const allowUnknownIssuer = desired.engines.some(
    ({ namesIssuer }) => namesIssuer === issuer && issuer !== undefined,
  )
  return {
    stage: 'principals',
    text: 'create',
    send: () =>
      registerPrincipal(session.client, { body: { issuer, subject, name: displayName, allowUnknownIssuer } }),
  }
}

function planSecret(
  context: PlanContext,
  { name, secret: reference, source }: Entry,
): readonly PlannedChange[] {
  if (reference === undefined) return []
  const resolved = resolveSecret(context.session.io, reference, source.folder)
  if ('missing' in resolved) context.missingSecrets.push(`secret of principal ${name}: ${resolved.missing}`)
  const clientSecret = 'secret' in resolved ? withoutClientId(resolved.secret, name) : ''
  if (clientSecret !== '' && !/^[\w-]{43}$/.test(clientSecret)) {
    context.problems.push(
      `${source.at}: the secret of ${name} does not have the form of client secrets: 32 random bytes in base64url, which are 43 characters`,
    )
  }
  return [
    {
      stage: 'credentials',
      text: 'set secret',
      send: () => importSecret(context.session.client, { principal: name, body: { clientSecret } }),
    },
  ]
}

interface CredentialPlan {
  readonly changes: readonly PlannedChange[]
  readonly kept: readonly string[]
}

const unchanged: CredentialPlan = { changes: [], kept: [] }

async function planKeys(context: PlanContext, { name, keys }: Entry): Promise<CredentialPlan> {
  if (keys === undefined) return unchanged
  const existing = (await listClientKeys(context.session.client, { principal: name })).body.keys
  return {
    changes: keys
      .filter((key) => !existing.some(({ jwk }) => sameMaterial(jwk, key)))
      .map((key) => addKey(context, name, key)),
    kept: existing
      .filter(({ id, jwk }) => !keys.some((key) => id === key['kid'] || sameMaterial(jwk, key)))
      .map(({ id }) => `key ${id}`),
  }
}

/** Returns whether two JSON Web Keys are the same public key (RFC 7638, section 3.2). */
function sameMaterial(one: Jwk, other: Jwk): boolean {
  return ['kty', 'crv', 'x', 'y', 'n', 'e'].every((member) => sameValue(one[member], other[member]))
}

async function planFederations(context: PlanContext, { name, federations }: Entry): Promise<CredentialPlan> {
  if (federations === undefined) return unchanged
  const { body } = await listClientFederations(context.session.client, { principal: name })
  return {
    changes: federations
      .filter((wanted) => !body.federations.some((each) => isSameName(each, wanted)))
      .map((wanted) => addFederation(context, name, wanted)),
    kept: body.federations
      .filter((each) => !federations.some((wanted) => isSameName(each, wanted)))
      .map(({ issuer, subject }) => `federation ${issuer}#${subject}`),
  }
}

function isSameName(one: Federated, other: Federated): boolean {
  return one.issuer === other.issuer && one.subject === other.subject
}

type Federated = { readonly issuer: string; readonly subject: string }

function addKey({ session }: PlanContext, principal: string, jwk: Jwk): PlannedChange {
  const id = typeof jwk['kid'] === 'string' ? ` ${jwk['kid']}` : ''
  return {
    stage: 'credentials',
    text: `add key${id}`,
    send: () => addClientKey(session.client, { principal, body: { jwk } }),
  }
}

function addFederation(
  { session }: PlanContext,
  principal: string,
  { issuer, subject }: Federated,
): PlannedChange {
  return {
    stage: 'credentials',
    text: `add federation ${issuer}#${subject}`,
    send: () => addClientFederation(session.client, { principal, body: { issuer, subject } }),
  }
}

function setEnabled({ session }: PlanContext, principal: string, enabled: boolean): PlannedChange {
  return {
    // A principal is disabled before it receives credentials, and enabled afterwards. Otherwise a principal that the
    // document disables could authenticate for a moment, or permanently if the run was stopped.
    stage: enabled ? 'credentials' : 'principals',
    depth: 1,
    text: enabled ? 'enable' : 'disable',
    send: () => (enabled ? enablePrincipal : disablePrincipal)(session.client, { principal }),
  }
}
