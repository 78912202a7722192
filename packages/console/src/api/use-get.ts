import { useCallback, useEffect, useState } from 'preact/hooks'
import { request, toError } from './request.ts'

interface Entry {
  value?: unknown
  error?: Error
  loadedAt: number
  loading: Promise<void> | undefined
  readonly listeners: Set<() => void>
}

/** Maximum number of cached responses. */
const maxEntries = 200
/**
 * Age in ms from which a cached response is loaded again when a component shows it. The old response stays visible in
 * the meantime.
 */
const freshMs = 4_000

const cache = new Map<string, Entry>()

/**
 * State of a GET request: its cached response, or its error. The response may be outdated while a newer one is
 * loading.
 */
export interface Loaded<T> {
  readonly data: T | undefined
  readonly error: Error | undefined
  readonly isLoading: boolean
  reload(): void
}

/**
 * Loads an API path and returns the state of its cached response. It is a hook: the component is rendered again when
 * the response changes. A path of null loads nothing.
 */
export function useGet<T>(path: string | null): Loaded<T> {
  const [, render] = useState(0)
  useEffect(() => {
    if (path === null) return undefined
    const entry = findEntry(path)
    const update = (): void => render((count) => count + 1)
    entry.listeners.add(update)
    if (Date.now() - entry.loadedAt > freshMs) void load(path, entry)
    return () => {
      entry.listeners.delete(update)
    }
  }, [path])
  const entry = path === null ? undefined : cache.get(path)
  const reload = useCallback(() => {
    if (path !== null) void load(path, findEntry(path))
  }, [path])
  return {
    data: entry?.value as T | undefined,
    error: entry?.error,
    isLoading: path !== null && entry?.value === undefined && entry?.error === undefined,
    reload,
  }
}

/**
 * Invalidates the cached responses whose path begins with a prefix. Responses that a component shows are loaded again,
 * and all others are removed.
 */
export function invalidate(prefix: string): void {
  for (const [path, entry] of cache) {
    if (!path.startsWith(prefix)) continue
    if (entry.listeners.size === 0) cache.delete(path)
    else void load(path, entry)
  }
}

/** Removes all cached responses. Called when another user may have signed in. */
export function clearCache(): void {
  cache.clear()
}

function findEntry(path: string): Entry {
  const known = cache.get(path)
  if (known !== undefined) return known
  for (const [old, { listeners }] of cache) {
    if (cache.size < maxEntries) break
    if (listeners.size === 0) cache.delete(old)
  }
  const entry: Entry = { loadedAt: 0, loading: undefined, listeners: new Set() }
  cache.set(path, entry)
  return entry
}

function load(path: string, entry: Entry): Promise<void> {
  entry.loading ??= loadNow(path, entry)
  return entry.loading
}

async function loadNow(path: string, entry: Entry): Promise<void> {
  try {
    entry.value = await request<unknown>(path)
    delete entry.error
  } catch (error) {
    entry.error = toError(error)
  }
  entry.loading = undefined
  entry.loadedAt = Date.now()
  for (const listener of entry.listeners) listener()
}
