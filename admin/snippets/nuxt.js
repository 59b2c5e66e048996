// nuxt.config.js
export default defineNuxtConfig({
  app: { head: { script: [{ src: 'https://leads.example.com/t.js', async: true }] } },
})
