import type { VNode } from 'preact'
import { Link, usePlace } from '../router.tsx'
import { t } from '../text.ts'

/** Part of a page, which the URL names. */
export interface Tab {
  readonly name: string
  readonly label: string
  readonly count?: number | undefined
  readonly show: () => VNode
}

/** Parts of a page, of which it shows one. Each part has its own URL. */
export function Tabs({ tabs }: { readonly tabs: readonly Tab[] }): VNode {
  const { path, query } = usePlace()
  const current = tabs.find(({ name }) => name === query.get('tab')) ?? tabs[0]
  return (
    <>
      <nav class="tabs" aria-label={t('Parts of this page')}>
        {tabs.map(({ name, label, count }, index) => (
          <Link key={name} to={index === 0 ? path : `${path}?tab=${name}`} current={name === current?.name}>
            {label}
            {count !== undefined && <span class="count">{count}</span>}
          </Link>
        ))}
      </nav>
      {current?.show()}
    </>
  )
}
