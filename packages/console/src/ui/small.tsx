import type { ComponentChildren, VNode } from 'preact'
import { useState } from 'preact/hooks'
import { formatRelative, t } from '../text.ts'

type Tone = 'good' | 'bad' | 'warn' | 'plain'

/** Label with a short state of an object, such as `disabled`. */
export function Badge({
  tone = 'plain',
  children,
}: {
  readonly tone?: Tone
  readonly children: ComponentChildren
}): VNode {
  return <span class={`badge ${tone}`}>{children}</span>
}

/** Shows a time relative to now, with the exact time as tooltip. */
export function Time({ at }: { readonly at: string | number }): VNode {
  const date = new Date(at)
  return (
    <time dateTime={date.toISOString()} title={date.toISOString()}>
      {formatRelative(date.getTime())}
    </time>
  )
}

/** Shows a technical text, such as a path or an id, with a button that copies it. */
export function Copyable({ text }: { readonly text: string }): VNode {
  const [isCopied, setCopied] = useState(false)
  const copy = (): void => {
    void copyText(text).then(setCopied)
    setTimeout(() => setCopied(false), 1_500)
  }
  return (
    <span class="copyable">
      <code>{text}</code>
      <button type="button" class="quiet" onClick={copy} aria-label={t('Copy {text}', { text })}>
        {isCopied ? t('Copied') : t('Copy')}
      </button>
    </span>
  )
}

/** Copies a text to the clipboard. Returns false if the browser does not allow it. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}

/** Shows pairs of name and value as a definition list. Omits pairs without a value. */
export function Facts({
  of,
}: {
  readonly of: readonly (readonly [name: string, value: ComponentChildren])[]
}): VNode {
  return (
    <dl class="facts">
      {of
        .filter(([, value]) => value !== undefined && value !== null && value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}

/** Shows the properties of an object, sorted by name. */
export function Properties({ of }: { readonly of: Readonly<Record<string, string>> }): VNode {
  const names = Object.keys(of).toSorted()
  if (names.length === 0) return <p class="muted">{t('No properties are set.')}</p>
  return <Facts of={names.map((name) => [name, <code key={name}>{of[name]}</code>])} />
}

/** Section of a page, with a heading, buttons and content. */
export function Section({
  title,
  actions,
  children,
}: {
  readonly title: string
  readonly actions?: ComponentChildren
  readonly children: ComponentChildren
}): VNode {
  return (
    <section class="section">
      <header>
        <h2>{title}</h2>
        {actions}
      </header>
      {children}
    </section>
  )
}
