"""The API keys that meter the machines: `turnstile keys`, judged by what moto then holds."""

from demo.scene import Scene
from demo.tool import Result

IN_STEP, DIFFERENT = 0, 2  # what `keys plan` exits with
STEPS_OF_A_NEW_KEY = ["create", "attach"]


def options(scene: Scene) -> list[str]:
    """The configuration is the function's: AUTHORIZER_CONFIG names it."""
    return ["--user-pool", scene.pool, "--plan-by-name", "staff=staff", "--usage-plan", "machines"]


def run_keys(scene: Scene, verb: str) -> Result:
    return scene.tool.run("keys", verb, *options(scene), "--json")


def changes(result: Result) -> dict[str, list[str]]:
    """What is to be done or was done, by the name of the client."""
    return {change["name"]: [step["do"] for step in change["steps"]] for change in result.json()["changes"]}


def tell_of_keys(scene: Scene) -> None:
    story, cloud = scene.story, scene.cloud
    with story.chapter("A key for each machine"):
        names = [*(client["ClientName"] for client in scene.machines), "staff"]
        wanted = dict.fromkeys(names, STEPS_OF_A_NEW_KEY)
        story.note(f"$ turnstile keys plan {' '.join(options(scene))}")
        plan = run_keys(scene, "plan")
        story.same("turnstile keys plan exits with 2: there is something to do", plan.status, DIFFERENT)
        story.same(f"a key each to create and to attach, for {', '.join(names)}", changes(plan), wanted)
        story.same("the plan alone changed nothing", set(cloud.keys()), {scene.key_made_by_hand["value"]})
        apply = run_keys(scene, "apply")
        story.same("turnstile keys apply does it", (apply.status, changes(apply)), (0, wanted))
        ids = {client["ClientId"] for client in scene.machines}
        attached = cloud.keys_of(scene.plan) - {scene.key_made_by_hand["value"]}
        story.same("in the plan machines are now keys whose values are the ids of the three machines", attached, ids)
        story.same(
            "in the plan staff is the one key that all of staff share",
            cloud.keys_of(scene.staff_plan),
            {scene.staff_key},
        )
        again = run_keys(scene, "apply")
        story.same("run again, it finds nothing to do", (again.status, changes(again)), (0, {}))
        story.same("and plan exits with 0", run_keys(scene, "plan").status, IN_STEP)
        untouched(scene)


def untouched(scene: Scene) -> None:
    key = scene.cloud.keys()[scene.key_made_by_hand["value"]]
    found = (key["name"], key["enabled"], key["value"] in scene.cloud.keys_of(scene.plan))
    scene.story.same("the key that was made by hand is as it was", found, ("made by hand", True, True))
