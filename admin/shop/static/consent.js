// The shop's consent banner: accept and refuse weigh the same, the choice is kept, and can be changed.
(() => {
  const key = 'verger-consent'
  const banner = document.getElementById('consent')
  const choice = () => {
    try {
      return localStorage.getItem(key)
    } catch {
      return null
    }
  }

  const choose = (value) => {
    try {
      localStorage.setItem(key, value)
    } catch {}
    banner.hidden = true
    ripeline('consent', value === 'yes')
  }

  document.getElementById('accept').addEventListener('click', () => choose('yes'))
  document.getElementById('refuse').addEventListener('click', () => choose('no'))
  document.getElementById('change-my-mind').addEventListener('click', () => {
    banner.hidden = false
    document.getElementById('refuse').focus()
  })

  if (choice() === 'yes') ripeline('consent', true)
  else if (choice() === null) banner.hidden = false
})()
