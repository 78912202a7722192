import type { Theme } from 'vitepress'
import DefaultTheme from 'vitepress/theme'
import { Diagram } from './diagram.ts'
// oxlint-disable-next-line import/no-unassigned-import -- a style sheet
import './style.css'

const theme: Theme = {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('Diagram', Diagram)
  },
}

// oxlint-disable-next-line import/no-default-export -- VitePress reads it
export default theme
