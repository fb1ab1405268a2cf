using System.CommandLine;
using Sweep.Client.Errors;
using Sweep.Client.Output;

namespace Sweep.Client.Commands;

internal static class DeleteCommand
{
    public static Command Create(Terminal terminal)
    {
        var address = CommonOptions.Sweep();
        var yes = CommonOptions.Yes();
        return new DocumentedCommand(
            "delete",
            "Removes a sweep and everything that was measured for it.",
            "sweep delete next-character",
            "sweep delete next-character --yes")
        {
            address, yes,
        }.Runs(terminal, async context =>
            {
                if (!context.Value(yes) && !context.Terminal.CanAsk)
                    throw new WrongInputException("delete: nobody is there to be asked; add --yes.");
                return !context.Value(yes)
                    && !context.Terminal.Ask($"Delete {context.Value(address)} and everything that was measured for it?", whenEmpty: false)
                    ? ExitCode.Refused
                    : await SweepOrder.SendAsync(context, context.Value(address), (grain, _) => grain.Delete());
            });
    }
}
