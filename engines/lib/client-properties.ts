import { clientProperties } from '../../conformance/lib/catalog-access.ts'
import type { EngineSettings } from './engine.ts'

/** Properties of Iceberg's own clients; without the place of the storage where the catalog tells it. */
export function engineProperties({
  access,
  catalogTellsPlace,
}: Pick<EngineSettings, 'access' | 'catalogTellsPlace'>): Record<string, string> {
  const all = clientProperties(access)
  if (!catalogTellsPlace) return all
  const { 's3.endpoint': _endpoint, 's3.path-style-access': _style, 'client.region': _region, ...keys } = all
  return keys
}
