import mdx from '@astrojs/mdx'
import { defineConfig } from 'astro/config'
import { fencedCode, twoTone } from './site/components/two-tone.ts'
import { lookUps, refuseBrokenLessons } from './site/lessons/plugin.ts'
import { searchIndex } from './site/search/index-pages.ts'

// Nothing about a reader or a maker leaves the machine.
process.env.ASTRO_TELEMETRY_DISABLED = '1'

// BASE: the path below which the course is served. OUT: where the build is written.
const FIRST =
  /[\\/](?:labs[\\/](?:events|lab|mixture|protocol|troubles)|site[\\/](?:languages|bench[\\/](?:clipboard|fold|health|invitation|opened|program-box|sentences|settings|systems|words)))\.ts$/

export default defineConfig({
  srcDir: './site',
  publicDir: './site/public',
  outDir: process.env.OUT || './dist',
  base: process.env.BASE || '/',
  trailingSlash: 'always',
  output: 'static',
  i18n: {
    locales: ['en', 'zh'],
    defaultLocale: 'en',
    routing: { prefixDefaultLocale: true, redirectToDefaultLocale: false },
  },
  devToolbar: { enabled: false },
  integrations: [mdx(), lookUps(), searchIndex()],
  markdown: { shikiConfig: { theme: twoTone, transformers: [fencedCode] } },
  vite: {
    plugins: [refuseBrokenLessons()],
    // In development a package that is found late reloads the page, and with it whatever was just pressed.
    optimizeDeps: { include: ['@xterm/xterm', '@xterm/addon-fit', '@xterm/addon-unicode11', '@xterm/addon-web-links'] },
    build: {
      // Scripts and fonts stay files of their own, so that a content policy can do without exceptions for them.
      assetsInlineLimit: 0,
      // Each compiled lesson begins with a 'use …' line that means nothing here.
      rolldownOptions: {
        onLog: (level, log, handle) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && handle(level, log),
        // To load one of these does nothing but give its names.
        treeshake: { moduleSideEffects: [{ test: /[\\/]labs[\\/][\w-]+\.ts$/, sideEffects: false }] },
        // What every lab needs at once is one file: many small ones compress badly. What it only names is not in it.
        output: {
          codeSplitting: {
            groups: [
              { name: 'lab', test: FIRST },
              { name: 'network', test: /[\\/]labs[\\/](?:address|faults|network)\.ts$/, priority: 1 },
            ],
          },
        },
      },
    },
  },
})
