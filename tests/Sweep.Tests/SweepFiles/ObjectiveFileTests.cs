using Sweep.Client.SweepFiles;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Tests.SweepFiles;

/// <summary>Tests the section <c>objective</c> where it has several.</summary>
public sealed class ObjectiveFileTests
{
    private const string Start = "dataset: { path: text.txt }\nparameters: { cell: { values: [rnn, gru] }, epochs: 9 }\n";
    private const string Two = "objective: [val_loss, macs]\n";

    [Fact]
    public async Task A_list_has_words_with_the_usual_goal_and_maps_and_the_first_metric_of_epochs_chooses_the_best_epoch()
    {
        var spec = await LoadAsync(
            "objective: [macs, { metric: val_accuracy }, { metric: train_seconds, goal: maximize }]\n"
                + "method: nsga-ii\nbudget: { trials: 9 }");
        Objective[] expected =
            [new(new("macs"), Goal.Minimize), new(Metric.ValAccuracy, Goal.Maximize), new(new("train_seconds"), Goal.Maximize)];
        Assert.Equal(expected, spec.Objectives!);
        Assert.Equal(spec.Objectives![1], spec.Objective);
        Assert.Equal((MethodKind.NsgaIi, SearchWindow.Default), (spec.Method.Kind, spec.Search!.Window));
        Assert.Equal("trials are proposed from train_seconds, which is another time in each run", spec.NotReproducible);
        Assert.Null((await LoadAsync($"{Two}method: nsga-ii\nbudget: {{ trials: 9 }}")).NotReproducible);
    }

    [Theory]
    [InlineData("objective: [val_accuracy]")]
    [InlineData("objective: [{ metric: val_accuracy, goal: maximize }]")]
    public async Task A_list_of_one_is_that_one(string yaml)
    {
        var one = await LoadAsync("objective: { metric: val_accuracy }");
        Assert.Equal(one.ToJson(), (await LoadAsync(yaml)).ToJson());
    }

    [Theory]
    [InlineData("grid", "")]
    [InlineData("random", "budget: { trials: 9, epochs: 40, failures: 2 }")]
    [InlineData("sobol", "budget: { trials: 9 }\nstop: { rule: threshold, epoch: 2, value: 3 }")]
    [InlineData("nsga-ii", "budget: { trials: 9 }\nreplicates: 2\nrequire: [epochs < 10]")]
    public async Task Methods_without_one_objective_take_several_and_a_file_of_the_spec_is_the_same_spec(string method, string rest)
    {
        var spec = await LoadAsync($"name: again\n{Two}method: {method}\n{rest}");
        Assert.Contains(
            "objective: [{ metric: val_loss, goal: minimize }, { metric: macs, goal: minimize }]",
            SweepFileText.Of(spec), StringComparison.Ordinal);
        using var folder = new SweepFileFolder();
        var text = SweepFileText.Of(spec).Replace("name: \"text\"", "path: text.txt", StringComparison.Ordinal);
        Assert.Equal(spec.ToJson(), (await folder.LoadAsync(text)).Spec.ToJson());
    }

    [Theory]
    [InlineData(
        "method: tpe\nbudget: { trials: 9 }", 4,
        "method: found tpe beside 2 objectives; expected nsga-ii, random, sobol or grid, or one objective.")]
    [InlineData(
        "method: gp\nbudget: { trials: 9 }", 4,
        "method: found gp beside 2 objectives; expected nsga-ii, random, sobol or grid, or one objective.")]
    [InlineData(
        "method: cma-es\nbudget: { trials: 9 }", 4,
        "method: found cma-es beside 2 objectives; expected nsga-ii, random, sobol or grid, or one objective.")]
    [InlineData("budget: { target: 1.5 }", 4, "budget.target: found 1.5 beside 2 objectives; leave it out, or write one objective.")]
    [InlineData(
        "stop: { rule: asha }", 4,
        "stop: found asha beside 2 objectives; expected threshold, or no rule: others end trials that are the best by another objective.")]
    [InlineData(
        "stop:\n- { rule: threshold, epoch: 2, value: 3 }\n- { rule: patience, epochs: 2 }", 6,
        "stop: found patience beside 2 objectives; expected threshold, or no rule: others end trials that are the best by another "
            + "objective.")]
    public async Task What_needs_one_objective_is_refused_beside_two(string yaml, int line, string expected)
    {
        using var folder = new SweepFileFolder();
        Assert.Equal($"x.yaml:{line}: {expected}", await folder.ErrorAsync($"{Start}{Two}{yaml}"));
        SweepFileFolder.IsWrongByBound($"{Start}{Two}{yaml}", expected);
    }

    [Theory]
    [InlineData("objective: []", "objective: found 0 objectives; expected 2 to 4, such as [val_loss, macs].")]
    [InlineData(
        "objective: [val_loss, val_accuracy, train_loss, perplexity, macs]",
        "objective: found 5 objectives; expected 2 to 4, such as [val_loss, macs].")]
    [InlineData(
        "objective: [val_loss, loss]",
        "objective.metric: found loss; expected one of val_loss, val_accuracy, train_loss, perplexity, train_seconds, inference_ms, "
            + "model_parameters, model_bytes, macs.")]
    [InlineData(
        "objective: [val_loss, { metric: val_loss, goal: maximize }]",
        "objective.metric: found val_loss; expected each metric once.")]
    [InlineData(
        "objective: [macs, train_seconds]",
        "objective: found no metric of epochs in [macs, train_seconds]; expected one of val_loss, val_accuracy, train_loss, perplexity "
            + "among them, by which the best epoch is chosen.")]
    [InlineData("objective: [macs]", "objective.metric: found macs; expected one of val_loss, val_accuracy, train_loss, perplexity.")]
    [InlineData(
        "objective: { metric: macs }",
        "objective.metric: found macs; expected one of val_loss, val_accuracy, train_loss, perplexity.")]
    [InlineData(
        "objective: [val_loss, { metric: macs, goal: least }]",
        "objective.goal: found least; expected one of minimize, maximize.")]
    [InlineData("objective: [val_loss, [macs]]", "objective: found [macs]; expected keys: metric, goal, unit.")]
    [InlineData("objective: val_loss", "objective: found val_loss; expected keys: metric, goal, unit.")]
    public async Task A_wrong_list_is_refused_with_its_place(string yaml, string expected)
    {
        using var folder = new SweepFileFolder();
        Assert.Equal($"x.yaml:3: {expected}", await folder.ErrorAsync($"{Start}{yaml}"));
    }

    private static async Task<SweepSpec> LoadAsync(string yaml)
    {
        using var folder = new SweepFileFolder();
        return (await folder.LoadAsync($"{Start}{yaml}")).Spec;
    }
}
