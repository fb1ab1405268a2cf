using System.Text.Json.Nodes;
using Sweep.Client.Programs;
using Sweep.Client.SweepFiles;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Tests.Client;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Programs;

/// <summary>Sweep files with a program in place of a dataset.</summary>
public sealed class ProgramFileTests : IDisposable
{
    private const string Start = "objective: { metric: val_loss }\n";
    private const string Program = Start + "program: { command: [./train, '{parameters}'] }\n";
    private const string Parameters = "parameters: { lr: { values: [0.1, 0.01] } }\n";

    private readonly SweepFileFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_program_has_parameters_of_its_own_names_and_types()
    {
        var sweep = await LoadAsync(
            """
            objective: { metric: score/f1, goal: maximize }
            program: { command: [python3, train.py, "--lr={lr}", "{parameters}", "{{lr}}", '{"a": 1}'], epochs: 30 }
            parameters:
              lr: { min: 0.001, max: 0.1, scale: log, count: 3 }
              optimizer: { values: [adam, sgd] }
              momentum: { values: [0.5, 0.9], when: { optimizer: sgd } }
              nesterov: true
              width: { values: [1, 2], type: float }
              tag: { values: [1, 2], type: text }
            require: [width * lr < 1]
            """);
        Assert.Equal(3 * 3 * 2 * 2, sweep.Count);
        var trial = sweep.Trials()[4];
        Assert.Equal(
            ["python3", "train.py", "--lr=0.001", "--lr", "0.001", "--optimizer", "sgd", "--momentum", "0.5", "--nesterov", "true",
                "--width", "1", "--tag", "1", "{lr}", "{\"a\": 1}"],
            sweep.ArgumentsOf(trial));
        Assert.Equal(30, trial.Epochs);
        Assert.Equal(
            "{\"lr\":0.001,\"optimizer\":\"sgd\",\"momentum\":0.5,\"nesterov\":true,\"width\":1,\"tag\":\"1\"}",
            sweep.Attempt(5, trial).Parameters);
        var back = SweepSpec.FromJson(sweep.Spec.ToJson());
        Assert.Equal(sweep.Spec.ToJson(), back.ToJson());
        Assert.Equal(
            sweep.Trials().Select(each => each.ToJson()), SearchMethods.First(back).Select(each => each.ToJson()));
    }

    [Fact]
    public async Task Parameters_that_have_names_of_the_built_in_model_mean_nothing_more()
    {
        var sweep = await LoadAsync(
            Program + "parameters: { layers: { values: [1, 2] }, dropout: { values: [0.1, 0.5] }, cell: transformer }");
        Assert.Equal(4, sweep.Count);
    }

    [Fact]
    public async Task Replicates_have_seeds_and_a_search_that_learns_proposes()
    {
        var sweep = await LoadAsync(Program + Parameters + "replicates: 2\n");
        Assert.Equal(
            [0L, ReplicatedSearch.Seed(0, 1)], sweep.Trials().Take(2).Select((trial, index) => sweep.Attempt(index + 1, trial).Seed));
        sweep = await LoadAsync(
            Program + "parameters: { lr: { min: 0.001, max: 0.1 }, deep: { values: [true, false] } }\nmethod: tpe\nbudget: { trials: 20 }");
        Assert.Equal((8, 20), (sweep.Trials().Count, sweep.Count));
    }

    [Fact]
    public async Task The_file_of_a_report_has_the_same_spec()
    {
        var spec = (await LoadAsync(
            """
            name: again
            objective: { metric: score/f1, goal: maximize, unit: "points: 'x'" }
            program:
              command: [python3, train.py, "--lr={lr}", '{"a": 1}', ""]
              epochs: 30
              time_limit: 90
              stop_grace: 3
              environment: { A: "b: c", EMPTY: "" }
              capture: ['epoch (?<epoch>\d+)', '(?<loss>\S+)']
            parameters:
              lr: { min: 0.001, max: 0.1, scale: log, count: 3 }
              width: { values: [1, 2], type: float }
              deep: { values: [true, false] }
              tag: { values: ["1", "true", "a, b"] }
              momentum: { values: [0.5, 0.9], when: { tag: ["1"], deep: true } }
              layers: 3
            require: [width * lr < 1]
            """)).Spec;
        var text = SweepFileText.Of(spec);
        Assert.Contains("(?<epoch>\\\\d+)", text, StringComparison.Ordinal);
        Assert.Contains("width * lr < 1", text, StringComparison.Ordinal);
        // The values of the environment are left out, of the plan too.
        Assert.Contains("{ A: \"…\", EMPTY: \"…\" }", text, StringComparison.Ordinal);
        foreach (var format in new[] { "table", "json", "csv" })
        {
            var (code, plan, _) = await Samples.RunAsync("plan", Path.Combine(_folder.Path, "x.yaml"), "-o", format);
            Assert.Equal(0, code);
            Assert.Contains("0.001", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("b: c", plan, StringComparison.Ordinal);
        }

        var variables = spec.Program!.Environment;
        var again = (await LoadAsync(text.Replace(
            "{ A: \"…\", EMPTY: \"…\" }", "{ A: \"b: c\", EMPTY: \"\" }", StringComparison.Ordinal))).Spec;
        Assert.Equal(variables, again.Program!.Environment);
        // The file is a part of the folder.
        Assert.Equal(spec.ToJson(), (again with { Program = again.Program! with { Sha256 = spec.Program!.Sha256 } }).ToJson());
    }

    [Theory]
    [InlineData("(?<val_loss>.+)", null)]
    [InlineData(
        "(?<val_mse>.+)", "program.capture: no group is val_loss, the objective; trials fail unless the program reports it otherwise.")]
    public async Task A_capture_without_the_objective_is_warned_of(string pattern, string? expected) => Assert.Equal(
        expected,
        (await LoadAsync($"{Start}program: {{ command: [./train], capture: '{pattern}' }}\n{Parameters}")).Warnings.SingleOrDefault());

    [Theory]
    [InlineData("--lr={lr}", "width, depth")]
    [InlineData("--lr={lr} --width={width}", "depth")]
    [InlineData("--lr={lr} --width={width} --depth={depth}", null)]
    [InlineData("{parameters}", null)]
    [InlineData("--fixed={fixed}", "lr, width, depth")]
    // The program may read them all by itself.
    [InlineData("--quick", null)]
    [InlineData("{{lr}}", null)]
    public async Task A_parameter_that_varies_and_that_the_command_leaves_out_is_warned_of(string arguments, string? unused)
    {
        var command = string.Join(", ", arguments.Split(' ').Select(argument => $"'{argument}'"));
        var warnings = (await LoadAsync(
            $$"""
            {{Start}}program: { command: [./train, {{command}}] }
            parameters:
              lr: { min: 0.1, max: 1.0, count: 3 }
              width: { values: [1, 2] }
              depth: { values: [1, 2], when: { width: 2 } }
              fixed: 3
              epochs: { values: [1, 2] }
              seed: { values: [1, 2] }
            """)).Warnings;
        Assert.Equal(
            unused is null ? [] : [
                $"program.command: names other parameters but not {unused}; "
                    + "a program that does not read SWEEP_PARAMETERS, itself or by the library, never learns their values."],
            warnings);
    }

    [Theory]
    [InlineData("program: { command: [a] }", "''", "objective.unit: f")]
    [InlineData("program: { command: [a] }", "1234567890123456789012345678901", "expected 1 to 30 characters")]
    [InlineData("dataset: { path: text.txt }", "nats", "objective.unit: found nats; leave it out;")]
    public async Task A_unit_is_a_few_characters_for_a_programs_objective(string trained, string unit, string expected) =>
        Assert.Contains(
            expected,
            await ErrorAsync($"{trained}\nobjective: {{ metric: val_loss, unit: {unit} }}\nparameters: {{ layers: 2 }}\n"),
            StringComparison.Ordinal);

    [Fact]
    public async Task A_spec_without_a_program_is_stored_as_before()
    {
        var checkedSweep = await _folder.LoadAsync("dataset: { path: text.txt }\nparameters: { cell: { values: [rnn, gru] } }");
        var json = JsonNode.Parse(checkedSweep.Spec.ToJson())!;
        Assert.False(json.AsObject().ContainsKey("program"));
        Assert.False(json["parameters"]!.AsObject().ContainsKey("own"));
    }

    [Theory]
    [InlineData("program: { }", "program: found no command; expected a list, such as command: [python3, train.py, \"{parameters}\"].")]
    [InlineData("program: { command: train.py }", "program.command: found train.py; expected a list,")]
    [InlineData("program: { command: [] }", "program.command: found 0 arguments; expected a list of 1 to 1000,")]
    [InlineData("program: { command: [a, '{rate}'] }", "expected one of the parameters in the braces (lr, seed); write {{rate}} for")]
    [InlineData("program: { command: [a, 'x{parameters}'] }", "expected {parameters} as an argument of its own.")]
    [InlineData("program: { command: [a], epoch: 3 }", "program.epoch: found an unknown key; the nearest known key is epochs.")]
    [InlineData("program: { command: [a], epochs: 0 }", "program.epochs: found 0; expected a whole number from 1 to 1,000,000.")]
    [InlineData("program: { command: [a], time_limit: soon }", "program.time_limit: found soon; expected seconds,")]
    [InlineData("program: { command: [a], time_limit: 4000001 }", "expected seconds, such as 600, 30m or 2h, from 1 to 4,000,000.")]
    [InlineData("program: { command: [a], stop_grace: 2h }", "program.stop_grace: found 2h; expected seconds,")]
    [InlineData("program: { command: [a], environment: { SWEEP_SEED: 1 } }", "a name that begins with SWEEP_; leave it out")]
    [InlineData("program: { command: [a], environment: [x] }", "program.environment: found [x]; expected variables,")]
    [InlineData("program: { command: [a], capture: 'loss (' }", "expected a regular expression without look-around")]
    [InlineData("program: { command: [a], capture: 'loss (\\S+)' }", "expected a group for each metric, such as")]
    [InlineData("program: { command: [a], capture: '(?P<loss>.*)' }", "expected (?<name>…) in place of Python's (?P<name>…).")]
    [InlineData("program: { command: [a], folder: .. }", "program.folder: found .., which is outside the folder of the sweep file;")]
    [InlineData("program: { command: [a], folder: nowhere }", "where there is no folder; expected the folder of the program.")]
    [InlineData("program: { command: [a] }\nprecision: tf32", "precision: found it beside program; expected one of them;")]
    [InlineData("program: { command: [a] }\ndataset: { path: text.txt }", "dataset: found it beside program; expected one of them;")]
    [InlineData("program: { command: [a] }\nstop: { rule: asha }", "stop: found a rule without program.epochs;")]
    public async Task A_wrong_program_is_refused_in_one_line(string yaml, string expected) =>
        Assert.Contains(expected, await ErrorAsync(Start + Parameters + yaml), StringComparison.Ordinal);

    [Fact]
    public async Task What_no_system_can_start_is_refused()
    {
        var wide = new string('é', 65_536);
        Assert.Contains(
            "program.command: found an argument of 131,072 bytes; expected at most 131,071;",
            await ErrorAsync($"{Start}{Parameters}program: {{ command: [a, {wide}] }}"), StringComparison.Ordinal);
        Assert.Contains(
            "program.environment.A: found a variable of 131,074 bytes; expected at most 131,071;",
            await ErrorAsync($"{Start}{Parameters}program: {{ command: [a], environment: {{ A: {wide} }} }}"), StringComparison.Ordinal);
        var sweep = await LoadAsync(Program + Parameters);
        var large = sweep.Spec with
        {
            Program = sweep.Spec.Program! with { Command = ["a", .. Enumerable.Repeat(new string('x', 131_072), 8)] },
        };
        Assert.Contains(
            SpecRules.OfKeys(large), problem => problem.Remark == "1,048,577 bytes of arguments and variables");
    }

    [Theory]
    [InlineData("parameters: { lr: [1, 2] }", "parameters.lr: found [1, 2]; expected a text; to vary it write { values: [1, 2] }.")]
    [InlineData("parameters: { lr: { values: [1, 2.5], type: int } }", "parameters.lr.values: found 2.5; expected a whole number from -1,")]
    [InlineData("parameters: { lr: { values: [1], type: double } }", "parameters.lr.type: found double; expected one of int, float,")]
    [InlineData("parameters: { b: { values: [true, 1], type: bool } }", "parameters.b.values: found 1; expected true or false.")]
    [InlineData("parameters: { 9x: 1 }", "parameters.9x: found a name that none may have;")]
    [InlineData("parameters: { seed: x }", "parameters.seed: found a parameter that is no int;")]
    [InlineData("parameters: { t: { min: a, max: b } }", "parameters.t: found a range; t has no order;")]
    public async Task A_wrong_parameter_is_refused_in_one_line(string yaml, string expected) =>
        Assert.Contains(expected, await ErrorAsync(Start + "program: { command: [a] }\n" + yaml), StringComparison.Ordinal);

    [Theory]
    [InlineData("", "program: found no metric; expected the one that decides,")]
    [InlineData("objective: { metric: f1 }", "objective: found no goal for f1; expected goal: minimize or goal: maximize.")]
    [InlineData(
        "objective: [acc, size_mb]",
        "objective: found [acc, size_mb]; expected one objective, such as { metric: acc, goal: maximize }: a program has no more.")]
    [InlineData("objective: [{ metric: acc, goal: maximize }]", "expected one objective, such as")]
    [InlineData("objective: []", "expected one objective, such as")]
    [InlineData("objective: { metric: 'a b', goal: minimize }", "expected the name of a metric:")]
    public async Task The_objective_of_a_program_is_written_out(string yaml, string expected) =>
        Assert.Contains(
            expected, await ErrorAsync($"program: {{ command: [a] }}\n{Parameters}{yaml}"), StringComparison.Ordinal);

    [Fact]
    public async Task A_program_passes_the_rules_of_the_cluster_and_needs_a_worker_that_takes_programs()
    {
        var sweep = await LoadAsync(Program + Parameters + "resources: { require: [gpu=h200] }\n");
        Assert.Empty(SpecRules.Problems(sweep.Spec));
        Assert.Equal(["gpu=h200", "sweep:programs"], sweep.Spec.Demands.Require);
        Assert.Equal(["gpu=h200"], sweep.Spec.Resources.Require);
        var error = await ErrorAsync(Program + Parameters + "resources: { require: ['sweep:programs'] }\n");
        Assert.Contains("resources.require", error, StringComparison.Ordinal);
        Assert.Contains("sweep:programs", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_folder_is_packed_without_git_and_what_is_ignored_and_no_link_leaves_it()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, ".git"));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "data", "deep"));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "data", ".git"));
        _folder.Write(".git/config", "x");
        _folder.Write("data/.git/config", "x");
        _folder.Write("data/deep/a.bin", "x");
        _folder.Write("data/keep.txt", "x");
        _folder.Write(".sweepignore", "# big\n*.bin\n/text.txt\n");
        var sweep = await LoadAsync(Program + Parameters);
        Assert.Equal(
            [".sweepignore", "data", "data/deep", "data/keep.txt", "x.yaml"],
            Sweep.Domain.Programs.FolderArchive.Read(sweep.Folder.Bytes).Select(entry => entry.Name));
        Assert.Equal(sweep.Folder.Sha256, (await LoadAsync(Program + Parameters)).Folder.Sha256);
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "link"), "/etc/passwd");
        Assert.Contains("link, a link to a folder or out of the program's folder", await ErrorAsync(Program + Parameters));
    }

    private async Task<ProgramSweep> LoadAsync(string yaml) =>
        (await ProgramSweep.LoadAsync(_folder.Write("x.yaml", yaml), [], TestContext.Current.CancellationToken))!;

    private async Task<string> ErrorAsync(string yaml)
    {
        var error = await Assert.ThrowsAsync<SweepFileException>(() => LoadAsync(yaml));
        Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }
}
