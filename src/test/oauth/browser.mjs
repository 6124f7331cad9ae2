// As much of a browser as signing in takes: it keeps cookies, follows redirects, and fills in the two forms.

/** Follows an authorization request to the end. Answers what the callback was given. */
export async function signIn(start, user, callback) {
  const cookies = new Map();
  const answers = [{ prompt: 'login', login: user, password: 'any' }, { prompt: 'consent' }];
  let at = new URL(start);
  let form;
  for (let steps = 0; steps < 20; steps++) {
    const response = await fetch(at, { redirect: 'manual', method: form ? 'POST' : 'GET', body: form,
      headers: { Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') } });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      value ? cookies.set(name, value) : cookies.delete(name);
    }
    const location = response.headers.get('location');
    if (location?.startsWith(callback)) {
      return Object.fromEntries(new URL(location).searchParams);
    }
    form = undefined;
    if (location) {
      at = new URL(location, at);
    } else {
      const text = await response.text();
      const [, action] = /<form[^>]*action="([^"]+)"/.exec(text) ?? [];
      if (!action || answers.length === 0) {
        throw new Error(`signing in ended at ${at.pathname} with ${response.status}: ${text.slice(0, 300)}`);
      }
      at = new URL(action, at);
      form = new URLSearchParams(answers.shift());
    }
  }
  throw new Error('signing in never ends');
}
