import type { ComponentChildren, VNode } from 'preact'
import { useEffect } from 'preact/hooks'
import { Link } from '../router.tsx'
import { t } from '../text.ts'
import { Icon, type IconName } from './icons.tsx'

/** Name and place of an object above the one that a page shows. */
export interface Crumb {
  readonly name: string
  readonly to: string
}

interface PageProps {
  readonly title: string
  readonly icon?: IconName
  /** Sentence below the title. */
  readonly about?: ComponentChildren
  readonly crumbs?: readonly Crumb[]
  readonly actions?: ComponentChildren
  readonly children: ComponentChildren
}

/** Frame of a page: the way to it, its title and its actions. */
export function Page({ title, icon, about, crumbs = [], actions, children }: PageProps): VNode {
  useEffect(() => {
    document.title = `${title} · Headgate`
  }, [title])
  return (
    <main class="page" id="content" tabIndex={-1}>
      {crumbs.length > 0 && (
        <nav class="crumbs" aria-label={t('Location')}>
          {crumbs.map(({ name, to }) => (
            <Link key={to} to={to}>
              {name}
            </Link>
          ))}
        </nav>
      )}
      <header class="page-head">
        <h1>
          {icon !== undefined && <Icon name={icon} />}
          <span>{title}</span>
        </h1>
        {actions !== undefined && <div class="actions">{actions}</div>}
        {about !== undefined && <p class="about">{about}</p>}
      </header>
      {children}
    </main>
  )
}
