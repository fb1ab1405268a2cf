using System.CommandLine;
using System.Globalization;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Output;
using Sweep.Contracts;
using Sweep.Domain.Trials;

namespace Sweep.Client.Commands.Results;

internal static class GenerateCommand
{
    public static Command Create(Terminal terminal)
    {
        var address = CommonOptions.Trial();
        var prompt = new Option<string>("--prompt")
        {
            Description = "The text to go on from; "
                + "without it the beginning of the dataset's text, as long as the trial's windows.",
            DefaultValueFactory = _ => "",
        };
        var length = new Option<int>("--length") { Description = "Characters to write, from 1 to 50000.", DefaultValueFactory = _ => 200 };
        var temperature = new Option<double>("--temperature")
        {
            Description = "Above 0; lower is more certain.",
            DefaultValueFactory = _ => 0.8,
        };
        var seed = new Option<long>("--seed") { Description = "The same seed writes the same text.", DefaultValueFactory = _ => 1 };
        length.Validators.Add(result =>
        {
            if (result.Tokens is [var token]
                && !(int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var found)
                    && found is >= 1 and <= GenerateRequest.MaxLength))
            {
                result.AddError($"--length: expected a whole number from 1 to {GenerateRequest.MaxLength}.");
            }
        });
        prompt.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && token.Value.Length > GenerateRequest.MaxPromptLength)
                result.AddError($"--prompt: expected at most {GenerateRequest.MaxPromptLength} characters.");
        });
        temperature.Validators.Add(result =>
        {
            if (result.Tokens is [var token]
                && !(double.TryParse(token.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var found)
                    && found is > 0 and < double.PositiveInfinity))
            {
                result.AddError("--temperature: expected a number above 0.");
            }
        });
        return new DocumentedCommand(
            "generate", "Writes text with the best weights of a trial.",
            "sweep generate next-character/3",
            "sweep generate next-character/3 --prompt \"To be\" --length 200 --temperature 0.8 --seed 1")
        {
            address, prompt, length, temperature, seed,
        }.Runs(terminal, async context =>
        {
            await using var cluster = await context.OpenAsync();
            var sweep = await context.Value(address).FindAsync(cluster.Reader, context.Cancellation);
            var trial = new TrialId(sweep.Id, context.Value(address).Trial!.Value);
            var request = new GenerateRequest(
                trial.Value, context.Value(prompt)!, context.Value(length), context.Value(temperature), context.Value(seed));
            var reply = await cluster.RequestAsync(grains => grains.GetGrain<IGeneratorGrain>(0).Generate(request), context.Cancellation);
            context.Terminal.WriteUntrusted(reply.Text ?? throw new RequestRefusedException(reply.Refusal ?? "The cluster gave no text."));
            return ExitCode.Done;
        });
    }
}
