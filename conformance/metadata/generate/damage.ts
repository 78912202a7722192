import type { Json, JsonObject } from '@headgate/json'
import type { Random } from '../../attack/random.ts'
import { anything } from './pools.ts'

type Path = readonly string[]

/** Returns a copy of a metadata document with one or two faults: a member is removed, or has another value. */
export function damaged(random: Random, document: Json): Json {
  const once = damagedOnce(random, document)
  return random.chance(0.25) ? damagedOnce(random, once) : once
}

function damagedOnce(random: Random, document: Json): Json {
  const path = random.pick(listPaths(document))
  const by = random.int(10)
  if (path.length > 0 && by < 3) return replaced(document, path, undefined) ?? null
  if (by < 4) return replaced(document, path, valueAt(document, random.pick(listPaths(document)))) ?? null
  if (by < 5) return replaced(document, path, null) ?? null
  return replaced(document, path, random.pick(anything)) ?? null
}

function listPaths(value: Json | undefined): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [[]]
  return [
    [],
    ...Object.entries(value).flatMap(([key, item]) => listPaths(item).map((path) => [key, ...path])),
  ]
}

function valueAt(value: Json | undefined, [key, ...path]: Path): Json | undefined {
  if (key === undefined || typeof value !== 'object' || value === null) return value
  return valueAt((value as JsonObject)[key], path)
}

function replaced(value: Json | undefined, [key, ...path]: Path, by: Json | undefined): Json | undefined {
  if (key === undefined || typeof value !== 'object' || value === null) return by
  if (Array.isArray(value)) {
    const at = Number(key)
    const item = replaced(value[at] as Json, path, by)
    return item === undefined ? value.toSpliced(at, 1) : value.with(at, item)
  }
  const item = replaced((value as JsonObject)[key], path, by)
  const { [key]: _, ...rest } = value as JsonObject
  return item === undefined ? rest : { ...(value as JsonObject), [key]: item }
}
