import { AuthRegistry } from '@headgate/auth'
import { isRestError, type RestCatalog } from '@headgate/iceberg/client'
import { formatIdentifier, type TableIdentifier } from '@headgate/iceberg/rest'
import { failed, type Diagnosis } from '../finding.ts'
import { toObject } from '../http/describe-response.ts'
import { rawRequest } from '../http/raw-request.ts'
import { reports } from '../reports.ts'
import type { DoctorContext } from '../context.ts'
import { connectCatalog } from './connect-catalog.ts'

/**
 * Connects to the catalog with the auth properties of an administrator. Returns null if the user named no
 * administrator.
 */
export async function openAdmin(context: DoctorContext): Promise<RestCatalog | null> {
  const { options, settings, fetch, signal, env } = context
  if (options.admin === null) return null
  const auth = await new AuthRegistry().create(options.admin, {
    uri: settings.uri,
    env,
    fetch,
    signal,
    initializeTimeoutMs: options.stepMs,
  })
  context.closeLater(auth)
  const catalog = await connectCatalog(context, { auth })
  context.closeLater(catalog)
  return catalog
}

/**
 * Returns the diagnosis for a table that the catalog reports as missing: it does not exist, or it is hidden from the
 * caller. To distinguish the two, loads the table as the administrator, and requests an explanation from a Headgate
 * server. Returns null if neither is possible.
 */
export async function diagnoseHidden(
  context: DoctorContext,
  identifier: TableIdentifier,
  error: unknown,
  evidence: string,
): Promise<Diagnosis | null> {
  const status = isRestError(error) ? error.status : 0
  if (status !== 404 && status !== 403) return null
  const admin = await openAdmin(context)
  const name = formatIdentifier(identifier)
  if (admin !== null) {
    const exists = await admin.tableExists(identifier)
    if (!exists && status === 404) return null
    return exists
      ? hidden(name, status, evidence, await explain(context, identifier))
      : forbiddenMissing(name, evidence)
  }
  const explanation = await explain(context, identifier)
  return explanation === null ? null : hidden(name, status, evidence, explanation)
}

function hidden(name: string, status: number, evidence: string, explanation: string | null): Diagnosis {
  return failed('table-hidden', {
    evidence: `${evidence} The table exists${status === 404 ? ', and the catalog answers 404 because the caller may not see it' : ''}.${explanation === null ? '' : ` ${explanation}`}`,
    remedy: `Grant the identity the right to read ${name} (in Headgate: headgate grant give select --on table:${name} --to principal:NAME). The refusal is one of the catalog, not of the storage.`,
    report: reports.hiddenTable,
  })
}

function forbiddenMissing(name: string, evidence: string): Diagnosis {
  return failed('table-missing', {
    evidence: `${evidence} The table does not exist: for the administrator the catalog answers 404.`,
    remedy: `Correct the name ${name}. Let the catalog answer 404 for tables that do not exist, because engines create tables only after 404.`,
    report: reports.forbiddenMissing,
  })
}

/** Requests from a Headgate server the reason why the caller may not read the table. Returns null for other servers. */
async function explain(context: DoctorContext, { namespace, name }: TableIdentifier): Promise<string | null> {
  const { settings, learned } = context
  if (settings.warehouse === undefined) return null
  const body = { privilege: 'select', on: { warehouse: settings.warehouse, namespace, relation: name } }
  const response = await rawRequest(context, {
    method: 'POST',
    url: `${settings.uri}/management/v1/access/explain`,
    headers: [['content-type', 'application/json']],
    body: new TextEncoder().encode(JSON.stringify(body)),
    auth: learned.auth,
  }).catch(() => null)
  if (response === null || response.status !== 200) return null
  return formatExplanation(toObject(response.json))
}

function formatExplanation(body: ReturnType<typeof toObject>): string | null {
  const { outcome, limitedBy, forbiddenBy, managers } = body
  if (outcome !== 'deny' && outcome !== 'hide') return null
  const reason =
    typeof limitedBy === 'string'
      ? `the limits of the engine ${limitedBy} refuse the request`
      : Array.isArray(forbiddenBy)
        ? `Cedar policies refuse the request`
        : 'the privilege select is missing'
  const names = (Array.isArray(managers) ? managers : []).flatMap((manager) => {
    const { name } = toObject(manager)
    return typeof name === 'string' ? [name] : []
  })
  const grantors = names.length === 0 ? '' : `; ${names.slice(0, 3).join(', ')} can grant it`
  return `The server explains: ${reason}${grantors}.`
}
