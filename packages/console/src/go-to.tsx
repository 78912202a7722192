import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { toObjectPlace } from './api/catalog.ts'
import { parseObject } from './pages/securable.ts'
import { navigate, place } from './router.tsx'
import { t } from './text.ts'

/**
 * Input in the shell that opens the page of a warehouse, namespace or table whose full name the user types. The key
 * `/` moves the focus to it.
 */
export function GoTo(): VNode {
  const input = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  useEffect(() => {
    const focus = (event: KeyboardEvent): void => {
      const isTyping = event.target instanceof HTMLElement && event.target.matches('input, select, textarea')
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey) return
      event.preventDefault()
      input.current?.focus()
    }
    addEventListener('keydown', focus)
    return () => removeEventListener('keydown', focus)
  }, [])
  const go = (event: Event): void => {
    event.preventDefault()
    const found = toPlace(text)
    if (found === null) return
    setText('')
    input.current?.blur()
    navigate(found)
  }
  return (
    <form class="go-to" role="search" onSubmit={go}>
      <input
        ref={input}
        type="search"
        value={text}
        aria-label={t('Search for a table, view or namespace')}
        placeholder={t('Search, or warehouse:namespace.table')}
        spellcheck={false}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <kbd aria-hidden="true">/</kbd>
    </form>
  )
}

/** Returns the console path for a name such as `warehouse:namespace.table`, or null for an empty text. */
function toPlace(text: string): string | null {
  const on = parseObject(text)
  if (on === 'server') return null
  // A full name contains the warehouse and a colon. Other texts are the beginning of a name.
  if (!text.includes(':')) return place`/search?text=${text.trim()}`
  const { warehouse, namespace = [], relation } = on
  return toObjectPlace(
    warehouse,
    namespace,
    relation === undefined ? undefined : { kind: 'table', name: relation },
  )
}
