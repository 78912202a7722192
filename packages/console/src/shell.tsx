import type { ComponentChildren, VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { WhoAmIResponse } from './api/generated/management.ts'
import { GoTo } from './go-to.tsx'
import { Link, usePlace } from './router.tsx'
import { t } from './text.ts'
import { Icon, type IconName } from './ui/icons.tsx'

const parts: readonly {
  readonly title: string
  readonly links: readonly (readonly [place: string, label: string, icon: IconName])[]
}[] = [
  { title: t('Catalog'), links: [['/', t('Warehouses'), 'warehouse']] },
  {
    title: t('Access'),
    links: [
      ['/principals', t('Principals'), 'principal'],
      ['/roles', t('Roles'), 'role'],
      ['/groups', t('Groups'), 'role'],
      ['/engines', t('Engines'), 'engine'],
      ['/issuers', t('Issuers'), 'issuer'],
      ['/explain', t('Why?'), 'explain'],
    ],
  },
  {
    title: t('Activity'),
    links: [
      ['/audit', t('Audit log'), 'audit'],
      ['/credentials', t('Credentials'), 'key'],
      ['/sessions', t('Sessions'), 'session'],
    ],
  },
  {
    title: t('Server'),
    links: [
      ['/health', t('Health'), 'health'],
      ['/jobs', t('Jobs'), 'engine'],
      ['/keys', t('Keys'), 'key'],
    ],
  },
]

interface ShellProps {
  readonly caller: WhoAmIResponse
  readonly onSignOut: () => void
  readonly children: ComponentChildren
}

/**
 * Frame around all pages after the sign-in: navigation, the input to open an object by name, and the signed-in
 * principal.
 */
export function Shell({ caller, onSignOut, children }: ShellProps): VNode {
  return (
    <div class="shell">
      <a class="skip" href="#content">
        {t('Skip to content')}
      </a>
      <header class="top">
        <button type="button" class="quiet menu-button" popovertarget="navigation" aria-label={t('Menu')}>
          <Icon name="menu" />
        </button>
        <Link class="brand" to="/">
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <rect width="32" height="32" rx="7" />
            <path d="M9 7v18M23 7v18M9 12h14M9 17h14" />
          </svg>
          Headgate
        </Link>
        <GoTo />
        <Account caller={caller} onSignOut={onSignOut} />
      </header>
      <Navigation />
      {children}
    </div>
  )
}

function Navigation(): VNode {
  const { path } = usePlace()
  const menu = useRef<HTMLElement>(null)
  // On narrow screens, the navigation is a menu, which closes after the user has chosen a page.
  useEffect(() => {
    if (menu.current?.matches(':popover-open') === true) menu.current.hidePopover()
  }, [path])
  const isCurrent = (place: string): boolean =>
    place === '/' ? path === '/' || path.startsWith('/w/') : path === place || path.startsWith(`${place}/`)
  return (
    <nav class="navigation" id="navigation" popover="auto" ref={menu} aria-label={t('Main')}>
      {parts.map(({ title, links }) => (
        <div key={title}>
          <h2>{title}</h2>
          {links.map(([place, label, icon]) => (
            <Link key={place} to={place} current={isCurrent(place)}>
              <Icon name={icon} />
              {label}
            </Link>
          ))}
        </div>
      ))}
    </nav>
  )
}

function Account({ caller, onSignOut }: Omit<ShellProps, 'children'>): VNode {
  const { principal, roles, administrator, method } = caller
  return (
    <div class="account">
      <button
        type="button"
        class="quiet"
        popovertarget="account"
        aria-label={t('Account of {name}', { name: principal.name })}
      >
        <Icon name="principal" />
        <span class="account-name">{principal.name}</span>
      </button>
      <div id="account" class="popover" popover="auto">
        <p class="strong">{principal.name}</p>
        <p class="muted">
          {administrator ? t('administrator of the server') : roles.map(({ name }) => name).join(', ')}
        </p>
        {method === 'anonymous' ? (
          <p class="muted">{t('This server is anonymous: everyone may do everything.')}</p>
        ) : (
          <button type="button" onClick={onSignOut}>
            {t('Sign out')}
          </button>
        )}
      </div>
    </div>
  )
}
