import { clientProperties } from '../../conformance/lib/catalog-access.ts'
import type { EngineAccess } from './access.ts'

/**
 * Converts connection settings to catalog properties of Iceberg's clients.
 *
 * @param catalogTellsPlace omits endpoint and region of the storage, which the catalog returns
 */
export function engineProperties(
  { auth: anyAuth, ...rest }: EngineAccess,
  catalogTellsPlace: boolean,
): Record<string, string> {
  const { storage } = rest
  // The properties for access keys differ between clients, so each engine adds its own.
  const access = { ...rest, auth: anyAuth.kind === 'access-key' ? ({ kind: 'none' } as const) : anyAuth }
  if (storage.kind === 'vended') {
    const all = clientProperties({ ...access, storage: { kind: 'file', root: '' } })
    return storage.ask === null ? all : { ...all, 'header.X-Iceberg-Access-Delegation': storage.ask }
  }
  const all = clientProperties({ ...access, storage })
  if (!catalogTellsPlace) return all
  const { 's3.endpoint': _endpoint, 's3.path-style-access': _style, 'client.region': _region, ...keys } = all
  return keys
}
