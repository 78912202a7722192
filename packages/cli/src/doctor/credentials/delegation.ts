import { isRestError, type LoadedTable } from '@headgate/iceberg/client'
import { failed, type Diagnosis } from '../finding.ts'
import { reports } from '../reports.ts'
import type { DoctorContext } from '../context.ts'
import { describeError } from '../http/describe-error.ts'
import { connectCatalog } from '../protocol/connect-catalog.ts'
import { type MachineKeys, tryMachineKeys } from '../s3/machine-keys.ts'
import { hasKeys, type CredentialOffer } from './credential-offer.ts'
import { toStorageKind } from './locations.ts'
import { addConfigSecrets, addTableSecrets } from './table-secrets.ts'

/** Returns the diagnosis for a catalog that refuses to load a table if the client requests storage access. */
export function describeRefusal({ settings, traits }: DoctorContext, error: Error): Diagnosis {
  const requested = settings.delegation.join(', ')
  const noKeys = /no credentials are available|subscoped|\bSTS\b|assume.?role/i.test(error.message)
  const without = settings.names.requestNoAccess
  return failed(noKeys ? 'vending-unavailable' : 'delegation-refused', {
    evidence: `With X-Iceberg-Access-Delegation: ${requested}, the catalog refuses the table (${describeError(error)}). Without this header it loads the table.`,
    remedy: `${
      noKeys
        ? 'The catalog cannot mint keys for this storage: configure its token service (STS) and role, or its own keys. Or let '
        : 'Configure a way of storage access in the catalog, or let '
    }${traits.label} request no storage access (${without ?? 'without the header'}) and give it its own keys: ${settings.names.keys}.`,
    report: noKeys ? reports.noSts : reportOf(settings),
  })
}

function reportOf({ engine, delegation }: DoctorContext['settings']): string {
  if (delegation.includes('remote-signing')) return reports.refusedDelegation
  if (engine === 'pyiceberg') return reports.defaultDelegation
  return engine === 'duckdb' ? reports.fixedDelegation : reports.refusedDelegation
}

/** Returns the reason why the response of `loadTable` contains no storage access, or null if the engine needs none. */
export async function diagnoseMissing(
  context: DoctorContext,
  offer: CredentialOffer,
): Promise<Diagnosis | null> {
  const { settings, traits } = context
  if (offer.mode === 'signing') return judgeSigning(context)
  if (offer.mode === 'keys') return null
  if (settings.delegation.length > 0 && settings.engine === 'duckdb' && hasStorageProperties(offer)) {
    return failed('keyless-secret', {
      evidence:
        'The response contains properties of the storage and no keys. DuckDB makes a secret without keys from them, which hides your own secret.',
      remedy: `Set ${settings.names.requestNoAccess ?? 'no storage access'}, so that DuckDB uses its own secret.`,
      report: reports.keylessSecret,
    })
  }
  if (settings.storage.keys !== undefined) return null
  if (!isS3(context)) {
    context.fact('the engine uses its own credentials of the cloud, which were not checked')
    return null
  }
  const machine = await tryMachineKeys(context, offer)
  if (machine.status === 'usable') {
    context.fact('the engine uses the AWS keys of this machine')
    return null
  }
  const own = describeMachine(machine)
  const better =
    settings.delegation.length === 0 ? await headerMissing(context, own) : await headerLost(context)
  // The status "untested" means that the store could not be reached, which the storage layer reports.
  if (better !== null || machine.status === 'untested') return better
  if (settings.delegation.length === 0) {
    return failed('no-storage-access', {
      evidence: `The catalog offers no storage access, and ${settings.source} contains no keys of the storage. ${own}`,
      remedy: `Configure ${settings.names.keys}, or let the catalog vend credentials.`,
      report: reports.noSts,
    })
  }
  return failed('no-storage-access', {
    evidence: `${traits.label} requests storage access, and the catalog offers neither keys nor signatures. ${own}`,
    remedy: `Let the catalog vend credentials for this warehouse (in Headgate: headgate warehouse update --vending), or configure ${settings.names.keys}.`,
    report: reports.noSts,
  })
}

const isS3 = ({ learned }: DoctorContext): boolean =>
  learned.table !== undefined && toStorageKind(learned.table.metadata.location) === 's3'

const describeMachine = (machine: MachineKeys): string =>
  machine.status === 'refused'
    ? `The storage refuses the AWS keys of this machine (${machine.error}).`
    : machine.status === 'untested'
      ? 'The AWS keys of this machine do not reach the storage.'
      : 'This machine has no AWS keys that the engine would use.'

const hasStorageProperties = ({ properties }: CredentialOffer): boolean =>
  Object.keys(properties).some((name) => /^(s3\.|client\.region$)/.test(name))

function judgeSigning({ settings, traits }: DoctorContext): Diagnosis | null {
  if (traits.signs) return null
  return failed('signing-unsupported', {
    evidence: `The catalog signs the storage requests of its clients (remote-signing), and ${traits.label} cannot use signatures.`,
    remedy: `Let the catalog vend credentials for this warehouse, or configure ${settings.names.keys}.`,
  })
}

/**
 * Returns a diagnosis if the engine does not request storage access and the catalog would offer keys on request,
 * otherwise null.
 */
async function headerMissing(context: DoctorContext, own: string): Promise<Diagnosis | null> {
  const { settings, traits } = context
  const table = await loadWith(context, 'vended-credentials')
  if (table === null || !offersKeys(table)) return null
  return failed('delegation-header-missing', {
    evidence: `${traits.label} does not request storage access, and the catalog offers keys only to clients that do (X-Iceberg-Access-Delegation). ${own}`,
    remedy: `Set ${settings.names.requestAccess ?? 'the header X-Iceberg-Access-Delegation: vended-credentials'}.`,
    report: reports.lostDelegation,
  })
}

/**
 * Returns a diagnosis if a proxy removes the header X-Iceberg-Access-Delegation or the catalog ignores it, otherwise
 * null.
 */
async function headerLost(context: DoctorContext): Promise<Diagnosis | null> {
  const { options, settings } = context
  if (options.direct !== null) {
    const table = await loadWith(context, 'vended-credentials', options.direct)
    if (table !== null && offersKeys(table)) {
      return lost(`At ${options.direct} the same request returns keys, at ${settings.uri} it returns none.`)
    }
  }
  const { catalog, table } = context.learned
  if (catalog === undefined || table === undefined || !catalog.supports('loadCredentials')) return null
  const credentials = await catalog.loadCredentials(table.identifier).catch(() => [])
  for (const { config } of credentials) addConfigSecrets(context.redactor, config)
  if (!credentials.some(({ config }) => hasKeys(config))) return null
  return lost('loadCredentials returns keys for the same table, and loadTable returns none.')
}

const lost = (evidence: string): Diagnosis =>
  failed('delegation-header-lost', {
    evidence: `The header X-Iceberg-Access-Delegation is lost on the way to the catalog that vends credentials. ${evidence}`,
    remedy:
      'Let every proxy, gateway and federating catalog on the way forward the header X-Iceberg-Access-Delegation (also of loadTable). With --direct URL the doctor compares with the catalog behind a hop.',
    report: reports.lostDelegation,
  })

const offersKeys = ({ config, storageCredentials }: LoadedTable): boolean =>
  hasKeys(config) || storageCredentials.some((credential) => hasKeys(credential.config))

/** Loads the table with a request for storage access. Returns null if the catalog refuses the request. */
async function loadWith(
  context: DoctorContext,
  mode: 'vended-credentials' | 'remote-signing',
  uri?: string,
): Promise<LoadedTable | null> {
  const { learned } = context
  if (learned.table === undefined) return null
  const { identifier } = learned.table
  try {
    await using other = uri === undefined ? undefined : await connectCatalog(context, { uri })
    const catalog = other ?? learned.catalog
    const table = (await catalog?.loadTable(identifier, { accessDelegation: [mode] })) ?? null
    if (table !== null) addTableSecrets(context.redactor, table)
    return table
  } catch (error) {
    if (isRestError(error)) return null
    throw error
  }
}
