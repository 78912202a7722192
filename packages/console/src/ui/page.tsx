import type { ComponentChildren, VNode } from 'preact'
import { useEffect } from 'preact/hooks'
import { Link } from '../router.tsx'
import { t } from '../text.ts'
import { Icon, type IconName } from './icons.tsx'

/** Breadcrumb: the name and the console path of an object that contains the object of the page. */
export interface Crumb {
  readonly name: string
  readonly to: string
}

interface PageProps {
  readonly title: string
  readonly icon?: IconName
  /** Sentence below the title, which describes the page. */
  readonly about?: ComponentChildren
  readonly crumbs?: readonly Crumb[]
  readonly actions?: ComponentChildren
  readonly children: ComponentChildren
}

/** Frame of a page: its breadcrumbs, its title and its buttons. */
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
