using System.Text.Json.Nodes;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Client;

public sealed class PlanCommandTests
{
    private static readonly string Example = RepositoryFolder.Join("examples", "search-tpe.yaml");

    [Fact]
    public async Task A_wrong_rule_of_an_option_is_named_itself()
    {
        var (code, _, error) = await Samples.RunAsync(
            "plan", RepositoryFolder.Join("examples", "search-asha.yaml"), "--set", "stop.rule=asha2");
        Assert.Equal(2, code);
        Assert.Contains("--set stop.rule=asha2: stop.rule: found asha2; expected one of asha,", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_of_a_method_that_learns_shows_what_is_known_and_says_how_much_comes_at_the_most()
    {
        var (code, output, error) = await Samples.RunAsync("plan", Example);
        Assert.Equal((0, ""), (code, error));
        var lines = output.Split('\n');
        Assert.Equal(["1", "2", "3", "4"], lines.Skip(1).TakeWhile(line => line.Length > 0).Select(line => line.Trim().Split(' ')[0]));
        Assert.StartsWith("24 trials (the first 4 are shown), 360 epochs at the most, on next-character: ", lines[6]);
        Assert.Equal(
            "Search: up to 4 trials at one time, which fill 4 slots; the others are proposed from outcomes by number, "
                + "the same on any number of workers.",
            lines[7]);
        Assert.Equal("Budget: the sweep ends early with 6 failed trials.", lines[8]);
    }

    [Fact]
    public async Task A_plan_says_what_cannot_be_repeated_and_counts_points_and_slots()
    {
        var (_, output, _) = await Samples.RunAsync(
            "plan", Example, "--set", "search.order=arrival", "--set", "replicates=3", "--set", "resources.slots=2",
            "--set", "budget={trials: 30, time: 2h, target: 1.9, epochs: 1000}");
        Assert.Contains("90 trials (the first 12 are shown), 1350 epochs at the most", output, StringComparison.Ordinal);
        Assert.Contains(
            "Search: up to 4 points or 12 trials at one time, which fill 24 slots; the others are proposed from the outcomes that have "
                + "arrived, so another run gives other trials (order: arrival).",
            output,
            StringComparison.Ordinal);
        Assert.Contains(
            "Budget: the sweep ends early with 1,000 epochs, or 7,200 s since its submission, or a val_loss of 1.9; where the time ends it "
                + "depends on the machines, so another run may have other trials.",
            output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_names_several_objectives_and_says_when_their_times_cannot_be_repeated()
    {
        var file = RepositoryFolder.Join("examples", "objectives.yaml");
        var (_, output, _) = await Samples.RunAsync("plan", file);
        Assert.Contains(
            "\nObjectives: minimize val_loss, minimize macs; the best epoch of a trial is chosen by val_loss.\nSearch: up to 4 trials",
            output, StringComparison.Ordinal);
        (_, output, _) = await Samples.RunAsync("plan", file, "--set", "objective=[inference_ms, val_accuracy]");
        Assert.Contains(
            "\nObjectives: minimize inference_ms, maximize val_accuracy; the best epoch of a trial is chosen by val_accuracy.\n"
                + "Another run may have other trials: trials are proposed from inference_ms, which is another time in each run.\nSearch:",
            output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_gets_the_trials_that_are_known()
    {
        var (_, output, _) = await Samples.RunAsync("plan", Example, "-o", "json");
        Assert.Equal([1, 2, 3, 4], JsonNode.Parse(output)!["trials"]!.AsArray().Select(trial => (int)trial!["number"]!));
        Assert.Equal((24, 360.0), ((int)JsonNode.Parse(output)!["trials_most"]!, (double)JsonNode.Parse(output)!["epochs_expected"]!));
        (_, output, _) = await Samples.RunAsync("plan", Example, "--set", "method=random", "--set", "search={}", "-o", "json");
        Assert.Equal(24, JsonNode.Parse(output)!["trials"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_plan_with_a_stopping_rule_shows_how_many_trials_get_to_each_rung_and_how_long_that_takes()
    {
        var asha = RepositoryFolder.Join("examples", "search-asha.yaml");
        var (_, output, _) = await Samples.RunAsync("plan", asha);
        var rungs = output.Split('\n').SkipWhile(line => !line.Contains("trials at the most", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => line.Length > 0).Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(["2 24 24 judged", "6 24 8.8 judged", "18 24 4.5 judged", "40 24 3.8 trained to the end"], rungs);
        Assert.Contains("Stopping: 220 epochs are expected, 960 at the most.", output, StringComparison.Ordinal);
        Assert.Matches("Time: about .+ as expected, .+ at the most, on [0-9]+ of .+; (measured|estimated) ", output);

        (_, output, _) = await Samples.RunAsync("plan", asha, "-o", "json");
        var plan = JsonNode.Parse(output)!;
        Assert.Equal([2, 6, 18, 40], plan["rungs"]!.AsArray().Select(rung => (int)rung!["epoch"]!));
        Assert.Equal(220.35, (double)plan["epochs_expected"]!, 0.01);
        Assert.Equal(960, (double)plan["epochs_most"]!);
        Assert.True((double)plan["seconds_most"]! > (double)plan["seconds_expected"]!);

        (_, output, _) = await Samples.RunAsync("plan", asha, "--set", "stop={rule: hyperband, first: 2}");
        Assert.Matches(@"\n +2 +4 +16 +16 +judged", output);
        (_, output, _) = await Samples.RunAsync("plan", asha, "--set", "stop=[{rule: median}, {rule: patience, epochs: 5}]");
        Assert.Contains(
            "What median and patience stop depends on the losses and cannot be told; it may be fewer than 960 epochs.",
            output,
            StringComparison.Ordinal);
    }
}
