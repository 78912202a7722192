import type { Json } from '@headgate/json'
import type { Warehouse } from '../../management/generated/schemas.ts'
import type { WarehouseSettings } from '../document/warehouse-entry.ts'
import { sameLocation } from './same-location.ts'
import { sameValue } from './same-value.ts'

/** Change of the settings of a warehouse, sent as one request. */
export interface SettingsChange {
  readonly body: WarehouseSettings
  /** Descriptions of the changed settings for people, one for each setting. */
  readonly texts: readonly string[]
  readonly kept: readonly string[]
}

/**
 * Returns the request that changes the settings of a warehouse to those in a document. A list or map in the request
 * contains the entries of the server and of the document, because the server replaces it as a whole. The vending
 * settings of the document replace those of the server.
 */
export function settingsChange(wanted: WarehouseSettings, existing: Warehouse): SettingsChange {
  const parts = [
    valueChange('retentionSeconds', wanted.retentionSeconds, existing.retentionSeconds),
    valueChange('protected', wanted.protected, existing.protected),
    valueChange('vending', wanted.vending, existing.vending),
    mapChange('defaults', wanted.defaults, existing.defaults),
    mapChange('overrides', wanted.overrides, existing.overrides),
    locationsChange(wanted.allowedLocations, existing.allowedLocations),
  ]
  return {
    body: Object.assign({}, ...parts.map(({ body }) => body)) as WarehouseSettings,
    texts: parts.flatMap(({ texts }) => texts),
    kept: parts.flatMap(({ kept }) => kept),
  }
}

interface Part {
  readonly body: WarehouseSettings
  readonly texts: readonly string[]
  readonly kept: readonly string[]
}

const noChange: Part = { body: {}, texts: [], kept: [] }

function valueChange(name: keyof WarehouseSettings, wanted: Json | undefined, present: Json): Part {
  if (wanted === undefined || sameValue(wanted, present)) return noChange
  return { body: { [name]: wanted }, texts: [`set ${name} to ${JSON.stringify(wanted)}`], kept: [] }
}

type Texts = Readonly<Record<string, string>>

function mapChange(name: 'defaults' | 'overrides', wanted: Texts | undefined, present: Texts): Part {
  if (wanted === undefined) return noChange
  const changed = Object.entries(wanted).filter(([key, value]) => present[key] !== value)
  const kept = Object.keys(present).filter((key) => !(key in wanted))
  return {
    body: changed.length === 0 ? {} : { [name]: { ...present, ...wanted } },
    texts: changed.map(([key, value]) => `set ${name}.${key} to ${JSON.stringify(value)}`),
    kept: kept.map((key) => `${name}.${key}`),
  }
}

function locationsChange(wanted: readonly string[] | undefined, present: readonly string[]): Part {
  if (wanted === undefined) return noChange
  const added = wanted.filter((location) => !present.some((each) => sameLocation(each, location)))
  return {
    body: added.length === 0 ? {} : { allowedLocations: [...present, ...added] },
    texts: added.map((location) => `add allowed location ${location}`),
    kept: present
      .filter((location) => !wanted.some((each) => sameLocation(each, location)))
      .map((location) => `allowed location ${location}`),
  }
}
