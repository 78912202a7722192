import type { VNode } from 'preact'
import { Link, usePlace } from '../router.tsx'
import { t } from '../text.ts'

/** Tab of a page. Its name is the value of `tab` in the URL. */
export interface Tab {
  readonly name: string
  readonly label: string
  readonly count?: number | undefined
  readonly show: () => VNode
}

/** Tab bar of a page, and the content of the selected tab. Each tab has its own URL. */
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
