import type { VNode } from 'preact'

const paths = {
  warehouse: 'M2 6.5 8 3l6 3.5V13H2zM5 13V8.5h6V13M5 10.7h6',
  namespace: 'M2 4h4.2l1.4 1.6H14V12.5H2z',
  table: 'M2.5 3h11v10h-11zM2.5 6.4h11M2.5 9.7h11M6.3 6.4V13',
  view: 'M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8zM8 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6z',
  principal: 'M8 8a2.6 2.6 0 1 0 0-5.2A2.6 2.6 0 0 0 8 8zM3 13.4c.5-2.4 2.5-3.8 5-3.8s4.5 1.4 5 3.8',
  role: 'M8 1.8 13 4v4c0 3-2 5.200-5 6.200-3-1-5-3.200-5-6.200V4z',
  engine:
    'M4 4h8v8H4zM6.500 6.500h3v3h-3zM6 4V1.800M10 4V1.800M6 14.200V12M10 14.200V12M4 6H1.800M4 10H1.800M14.200 6H12M14.200 10H12',
  explain:
    'M8 14.200A6.200 6.200 0 1 0 8 1.800a6.200 6.200 0 0 0 0 12.400zM6.200 6.300a1.800 1.800 0 1 1 2.700 1.600c-.6.350-.9.700-.9 1.300M8 11.200v.1',
  audit: 'M3.500 2h9v12h-9zM5.500 5.200h5M5.500 8h5M5.500 10.800h3',
  session: 'M2 3.200h12v8H2zM5.500 13.800h5M8 11.200v2.600',
  health: 'M1.500 8h3l1.500-4 3 8 2-6 1 2h2.500',
  issuer: 'M2.500 5h11v7.500h-11zM5 5V3.500h6V5M5 8h3M5 10.200h5M11 8v.1',
  menu: 'M2 4h12M2 8h12M2 12h12',
  key: 'M10.200 9.200a3.200 3.200 0 1 0-3-2.100L2.500 11.800v1.700h2l.8-.8v-1.400h1.400l1.400-1.400c.6-.1 1.300-.4 2.100-.7zM11 5v.1',
} as const

export type IconName = keyof typeof paths

/** Decorative icon, hidden from screen readers: the text beside it has the same meaning. */
export function Icon({ name }: { readonly name: IconName }): VNode {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}
