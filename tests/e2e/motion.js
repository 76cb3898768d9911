// Tells what would move although the reader asked that nothing does.
() => {
  const takes = (times) => times.split(",").some((time) => parseFloat(time) > 0);
  const moves = (one) => {
    const style = getComputedStyle(one);
    return (takes(style.transitionDuration) && style.transitionProperty !== "none")
      || (style.animationName !== "none" && takes(style.animationDuration))
      || style.scrollBehavior === "smooth";
  };
  return [...document.querySelectorAll("*")].filter(moves).map((one) => `it moves: ${one.outerHTML.slice(0, 90)}`);
}
