// What the page asks of the simulator.

async function ask(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: body ? { "Content-Type": "application/json" } : {},
    body: body ? JSON.stringify(body) : undefined,
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error || response.statusText);
  return answer;
}

export const readState = () => ask("GET", "/simulator/state");
export const setManner = (number, manner) => ask("POST", "/simulator/phones", { number, manner });
export const usePhone = (number, verb, wish = {}) =>
  ask("POST", `/simulator/phones/${encodeURIComponent(number)}/${verb}`, wish);
export const lendVoice = (number, sdp) =>
  ask("POST", `/simulator/phones/${encodeURIComponent(number)}/voice`, { sdp });
export const addMood = (mood) => ask("POST", "/simulator/moods", mood);
export const calm = () => ask("DELETE", "/simulator/moods");
