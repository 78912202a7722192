import type { ComponentChildren, VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** Path of the console in the URL, with a slash at the end. Modules are in the folder `assets` below it. */
const base = new URL('../', import.meta.url).pathname

/** Place in the console: a path below `base` that begins with a slash, and the query. */
export interface Place {
  readonly path: string
  readonly query: URLSearchParams
}

const listeners = new Set<() => void>()

function readPlace(): Place {
  const { pathname, search } = location
  const path = pathname.startsWith(base) ? `/${pathname.slice(base.length)}` : '/'
  return { path, query: new URLSearchParams(search) }
}

/** Returns the URL of a place, for links. */
export function toUrl(place: string): string {
  return base + place.slice(1)
}

/** Shows a place. `replace` keeps the length of the history, for changes of filters. */
export function navigate(place: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  if (replace) history.replaceState(null, '', toUrl(place))
  else {
    history.pushState(null, '', toUrl(place))
    scrollTo(0, 0)
  }
  for (const listener of listeners) listener()
}

/** Returns the current place, and renders the component again when it changes. */
export function usePlace(): Place {
  const [place, setPlace] = useState(readPlace)
  useEffect(() => {
    const update = (): void => setPlace(readPlace())
    listeners.add(update)
    addEventListener('popstate', update)
    return () => {
      listeners.delete(update)
      removeEventListener('popstate', update)
    }
  }, [])
  return place
}

/** Returns the decoded parameters of a path that matches a pattern such as `/w/:warehouse`, or null. */
export function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | null {
  const names = pattern.split('/')
  const parts = path.replace(/(.)\/$/, '$1').split('/')
  if (names.length !== parts.length) return null
  const params: Record<string, string> = {}
  for (const [index, name] of names.entries()) {
    const part = parts[index] ?? ''
    if (!name.startsWith(':')) {
      if (name !== part) return null
      continue
    }
    if (!URL.canParse(`x:${part}`)) return null
    params[name.slice(1)] = decodeURIComponent(part)
  }
  return params
}

/** Returns a place from a template. Values are encoded. */
export function place(strings: TemplateStringsArray, ...values: readonly string[]): string {
  return String.raw({ raw: strings }, ...values.map(encodeURIComponent))
}

interface LinkProps {
  readonly to: string
  readonly class?: string
  readonly current?: boolean
  readonly children: ComponentChildren
}

/** Link to a place in the console, which the browser can also open in another tab. */
export function Link({ to, current = false, children, ...rest }: LinkProps): VNode {
  const follow = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    navigate(to)
  }
  return (
    <a href={toUrl(to)} onClick={follow} aria-current={current ? 'page' : undefined} {...rest}>
      {children}
    </a>
  )
}
