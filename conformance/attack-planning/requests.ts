import { type Catalog, readMember, type Response, tablePath } from '../refresh/catalog-client.ts'
import { credentialsIn } from '../refresh/credential.ts'
import { readStorageKeys, type StorageKeys, toTarget, useKeys } from '../refresh/storage-keys.ts'
import { delegation } from '../refresh/table-requests.ts'
import type { Seen } from './suite.ts'

export type Body = Readonly<Record<string, unknown>>

/** Sends `planTableScan`. */
export function plan(
  catalog: Catalog,
  namespace: readonly string[],
  table: string,
  body: Body = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const path = `${tablePath(catalog, namespace, table)}/plan`
  return catalog.send('POST', path, { body, headers: { ...delegation, ...headers } })
}

/** Sends `fetchScanTasks`. */
export function fetchTasks(
  catalog: Catalog,
  namespace: readonly string[],
  table: string,
  planTask: unknown,
): Promise<Response> {
  const path = `${tablePath(catalog, namespace, table)}/tasks`
  return catalog.send('POST', path, { body: { 'plan-task': planTask } })
}

/** Sends `loadCredentials` with a query. */
export function credentials(
  catalog: Catalog,
  namespace: readonly string[],
  table: string,
  query: Readonly<Record<string, string>>,
): Promise<Response> {
  const text = new URLSearchParams(query).toString()
  return catalog.send('GET', `${tablePath(catalog, namespace, table)}/credentials?${text}`, {
    headers: delegation,
  })
}

export function planIdOf(response: Response): string {
  return String(readMember(response.json, 'plan-id'))
}

/** Returns all S3 keys in a response. */
export function keysIn(response: Response): readonly StorageKeys[] {
  return credentialsIn(response).flatMap((each) => readStorageKeys(each) ?? [])
}

/** Returns the paths of the data files in a response. */
export function pathsIn(response: Response): readonly string[] {
  const tasks = readMember(response.json, 'file-scan-tasks')
  return Array.isArray(tasks) ? tasks.map((task) => String(readMember(task, 'data-file', 'file-path'))) : []
}

/** Reads objects with keys. Their content is a part of the responses that must contain no canary. */
export async function readAll(
  keys: StorageKeys,
  locations: readonly string[],
  method = 'GET',
): Promise<Seen[]> {
  return await Promise.all(locations.map((location) => useKeys(keys, method, toTarget(location))))
}
